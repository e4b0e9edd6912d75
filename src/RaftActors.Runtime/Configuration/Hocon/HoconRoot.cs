namespace Akka.Configuration.Hocon;

public sealed class HoconRoot(HoconValue value)
{
    public HoconValue Value { get; } = value;
}
