using System.Text;

namespace RaftActors.Runtime.Tests.Remote;

/// <summary>The frames of frames.txt, each with its length in front.</summary>
internal static class CapturedFrames
{
    public static IReadOnlyList<CapturedFrame> All { get; } = Read();

    public static IEnumerable<CapturedFrame> Of(string step) => All.Where(frame => frame.Step.StartsWith(step + " ", StringComparison.Ordinal));

    private static List<CapturedFrame> Read()
    {
        using var reader = new StreamReader(typeof(CapturedFrames).Assembly.GetManifestResourceStream("frames.txt")!, Encoding.UTF8);
        var frames = new List<CapturedFrame>();
        var step = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("# STEP ", StringComparison.Ordinal))
                step = line["# STEP ".Length..];
            if (line.StartsWith('#'))
                continue;
            var parts = line.Split(' ');
            frames.Add(new CapturedFrame(step, parts[0], Convert.FromHexString(parts[1] + parts[2])));
        }
        return frames;
    }
}

internal sealed record CapturedFrame(string Step, string Direction, byte[] Bytes)
{
    public ReadOnlySpan<byte> Body => Bytes.AsSpan(4);

    public override string ToString() => $"{Step}: {Direction} {Convert.ToHexString(Bytes)}";
}
