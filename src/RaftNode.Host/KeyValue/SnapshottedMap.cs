namespace RaftNode.Host.KeyValue;

/// <summary>
/// A map that can take an image of itself at once, whatever its size. While a reader reads the image, the map stays as
/// it is, and changes are kept apart. When the reader has finished, the changes are merged into the map.
/// </summary>
/// <typeparam name="T">The values. The default value means that there is none.</typeparam>
/// <remarks>
/// One thread uses the map. Another thread may read the image at the same time.
/// </remarks>
internal sealed class SnapshottedMap<T>
    where T : struct
{
    private readonly Dictionary<string, T> _values = new(StringComparer.Ordinal);

    // The changes while an image is read; null for a key that was removed.
    private readonly Dictionary<string, T?> _changes = new(StringComparer.Ordinal);
    private Image? _image;

    /// <summary>The number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>The value of a key.</summary>
    public bool TryGet(string key, out T value)
    {
        if (_changes.Count == 0 || !_changes.TryGetValue(key, out var change))
            return _values.TryGetValue(key, out value);
        value = change.GetValueOrDefault();
        return change.HasValue;
    }

    /// <summary>Sets the value of a key.</summary>
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

    /// <summary>Removes a key.</summary>
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

    /// <summary>
    /// All keys and their values, in no particular order. The map must not change during the enumeration.
    /// </summary>
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
    /// The present contents of the map, to be enumerated once. An earlier image must not be read any more.
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

    // Set by the reader on its own thread.
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
