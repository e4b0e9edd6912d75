using System.Collections.Concurrent;

namespace Akka.Serialization;

/// <summary>Which serializer a type goes to: the one bound to it or else to the most specific of its base types and interfaces.</summary>
internal sealed class SerializerBindings
{
    private readonly List<KeyValuePair<Type, Serializer>> _bindings = [];
    private readonly ConcurrentDictionary<Type, Serializer> _found = new();

    public void Bind(Type type, Serializer serializer)
    {
        lock (_bindings)
        {
            _bindings.RemoveAll(binding => binding.Key == type);
            _bindings.Add(new(type, serializer));
            _found.Clear();
        }
    }

    public Serializer? Find(Type type) => _found.TryGetValue(type, out var serializer) ? serializer : Search(type);

    private Serializer? Search(Type type)
    {
        lock (_bindings)
        {
            KeyValuePair<Type, Serializer>? best = null;
            foreach (var binding in _bindings)
            {
                // Of two that are unrelated the first one bound stays: an order that does not depend on hashing.
                if (binding.Key.IsAssignableFrom(type) && (best is null || best.Value.Key.IsAssignableFrom(binding.Key)))
                    best = binding;
            }
            if (best is not { } found)
                return null;
            return _found[type] = found.Value;
        }
    }
}
