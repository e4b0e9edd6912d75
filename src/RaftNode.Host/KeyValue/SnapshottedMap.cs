namespace RaftNode.Host.KeyValue;

/// <summary>
/// A map of which an image can be taken at once, whatever its size: the map is left as it is, and what changes while
/// somebody reads the image is kept beside it. When the reader has finished, the changes are brought in.
/// </summary>
/// <typeparam name="T">The values; the default value stands for none.</typeparam>
/// <remarks>Used by one thread; only the image may be read by another at the same time.</remarks>
internal sealed class SnapshottedMap<T>
    where T : struct
{
    private readonly Dictionary<string, T> _values = new(StringComparer.Ordinal);

    // While an image is read; null for a key that was taken away.
    private readonly Dictionary<string, T?> _changes = new(StringComparer.Ordinal);
    private Image? _image;

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>The value of a key.</summary>
    public bool TryGet(string key, out T value)
    {
        if (_changes.Count == 0 || !_changes.TryGetValue(key, out var change))
            return _values.TryGetValue(key, out value);
        value = change.GetValueOrDefault();
        return change.HasValue;
    }

    /// <summary>Gives a key a value.</summary>
    public void Set(string key, T value)
    {
        BringInChanges();
        if (!TryGet(key, out _))
            Count++;
        if (_image is not null)
            _changes[key] = value;
        else
            _values[key] = value;
    }

    /// <summary>Takes a key's value away.</summary>
    public void Remove(string key)
    {
        BringInChanges();
        if (!TryGet(key, out _))
            return;
        Count--;
        if (_image is not null)
            _changes[key] = null;
        else
            _values.Remove(key);
    }

    /// <summary>All keys and their values, in no order; the map must not change meanwhile.</summary>
    public IEnumerable<KeyValuePair<string, T>> All()
    {
        foreach (var pair in _values)
            if (!_changes.ContainsKey(pair.Key))
                yield return pair;
        foreach (var (key, change) in _changes)
            if (change is { } value)
                yield return new KeyValuePair<string, T>(key, value);
    }

    /// <summary>
    /// The map as it is now, to be enumerated once. One that was taken earlier must not be read any more.
    /// </summary>
    public IEnumerable<KeyValuePair<string, T>> TakeImage()
    {
        _image = null;
        BringInChanges();
        _image = new Image();
        return Read(_image);
    }

    private IEnumerable<KeyValuePair<string, T>> Read(Image image)
    {
        try
        {
            foreach (var pair in _values)
                yield return pair;
        }
        finally
        {
            image.IsRead = true;
        }
    }

    private void BringInChanges()
    {
        if (_image is { IsRead: false })
            return;
        _image = null;
        foreach (var (key, change) in _changes)
        {
            if (change is { } value)
                _values[key] = value;
            else
                _values.Remove(key);
        }
        _changes.Clear();
    }

    // Set by the reader, on its thread.
    private sealed class Image
    {
        private volatile bool _isRead;

        public bool IsRead
        {
            get => _isRead;
            set => _isRead = value;
        }
    }
}
