namespace RaftNode.Host.KeyValue;

// The part of the store that lists keys.
internal sealed partial class KeyValueStore
{
    private static readonly Comparer<string> Descending =
        Comparer<string>.Create(static (one, other) => string.CompareOrdinal(other, one));

    // Looks at every key, because the keys are in no order: to keep them in one would make each write slower.
    private KeyPage List(ListKeys list)
    {
        // The first keys that were found so far, the last of them on top.
        var first = new PriorityQueue<KeyValuePair<string, Value>, string>(Descending);
        foreach (var pair in _values.All())
        {
            if (!pair.Key.StartsWith(list.Prefix, StringComparison.Ordinal)
                || string.CompareOrdinal(pair.Key, list.After) <= 0)
                continue;
            if (first.Count <= list.Limit)
                first.Enqueue(pair, pair.Key);
            else
                first.EnqueueDequeue(pair, pair.Key);
        }
        bool hasMore = first.Count > list.Limit;
        if (hasMore)
            first.Dequeue();
        var keys = new ListedKey[first.Count];
        for (int i = keys.Length - 1; i >= 0; i--)
        {
            var (key, value) = first.Dequeue();
            keys[i] = new ListedKey(key, value.Version, value.Bytes.Length);
        }
        return new KeyPage(keys, hasMore);
    }
}
