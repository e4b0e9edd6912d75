namespace Akka.TestKit;

/// <summary>A spec that implements this tells without a sender; every other one tells as its <see cref="TestKitBase.TestActor"/>.</summary>
public interface INoImplicitSender
{
}
