using RaftActors.Linearizability.KeyValue;

namespace RaftActors.Linearizability.Tests;

/// <summary>The definition itself: tries every order. For a handful of operations of one key.</summary>
internal static class BruteForce
{
    public static bool IsLinearizable(IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> history) =>
        Try([.. history], default);

    private static bool Try(List<Operation<KeyValueInput, KeyValueOutput>> left, KeyState state)
    {
        if (left.All(o => o.IsUnknown))
            return true;
        foreach (var next in left.ToList())
        {
            if (left.Any(other => other.Return < next.Call))
                continue;
            var after = KeyValueModel.Instance.Apply(state, next.Input);
            if (!next.IsUnknown && !KeyValueModel.Instance.TryApply(state, next.Input, next.Output!, out after))
                continue;
            left.Remove(next);
            if (Try(left, after))
                return true;
            left.Add(next);
        }
        return false;
    }
}
