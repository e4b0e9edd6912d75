namespace Akka.Actor.Internal;

internal sealed partial class ActorSystemImpl
{
    public override object RegisterExtension(IExtensionId extension)
    {
        // A Lazy runs the factory once, and those who come meanwhile wait for it.
        var lazy = _extensions.GetOrAdd(extension.ExtensionType, static (_, state) => new Lazy<object>(() => state.extension.CreateExtension(state.system)), (extension, system: this));
        try
        {
            return lazy.Value;
        }
        catch (Exception)
        {
            // One that could not be made may be tried again.
            _extensions.TryRemove(new KeyValuePair<Type, Lazy<object>>(extension.ExtensionType, lazy));
            throw;
        }
    }

    public override object GetExtension(IExtensionId extensionId) => TryGetExtension(extensionId.ExtensionType, out var extension) ? extension! : null!;

    public override T? GetExtension<T>() where T : class => TryGetExtension<T>(out var extension) ? extension : null;

    public override bool HasExtension(Type type) => _extensions.ContainsKey(type);

    public override bool HasExtension<T>() => HasExtension(typeof(T));

    public override bool TryGetExtension(Type extensionType, out object? extension)
    {
        var found = _extensions.TryGetValue(extensionType, out var lazy);
        extension = found ? lazy!.Value : null;
        return found;
    }

    public override bool TryGetExtension<T>(out T? extension) where T : class
    {
        var found = TryGetExtension(typeof(T), out var untyped);
        extension = (T?)untyped;
        return found;
    }

    private void LoadExtensions()
    {
        foreach (var name in Settings.Config.GetStringList("akka.extensions"))
        {
            var type = TypeResolver.Resolve(name, "akka.extensions");
            if (!typeof(IExtensionId).IsAssignableFrom(type))
                throw new Configuration.ConfigurationException($"akka.extensions: {type} is no IExtensionId");
            RegisterExtension((IExtensionId)Activator.CreateInstance(type)!);
        }
    }
}
