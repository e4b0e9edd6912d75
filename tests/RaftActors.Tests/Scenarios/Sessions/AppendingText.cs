using System.Text;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Scenarios.Sessions;

/// <summary>A text to which commands append; each is answered with the text as it is then.</summary>
internal sealed class AppendingText : IStateMachine
{
    public string Text { get; private set; } = "";

    public object? Apply(LogEntry entry, object command)
    {
        Text += Encoding.UTF8.GetString((byte[])command);
        return Encoding.UTF8.GetBytes(Text);
    }

    public object? Query(object request) => Encoding.UTF8.GetBytes(Text);

    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [Encoding.UTF8.GetBytes(Text)];

    public void Restore(Stream snapshot) => Text = new StreamReader(snapshot, Encoding.UTF8).ReadToEnd();
}
