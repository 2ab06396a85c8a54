using System.Text.Json;
using Microsoft.CodeAnalysis;

namespace TrackHub.Schemas.Generator;

/// <summary>All schema files together: first every named type is declared, then each is resolved, whatever the order of files.</summary>
internal sealed class SchemaSet
{
    private readonly Dictionary<string, Declaration> _declared = new(StringComparer.Ordinal);
    private readonly List<Diagnostic> _diagnostics = [];

    private SchemaSet()
    {
    }

    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>The types that are free of faults, by full name.</summary>
    public IEnumerable<NamedType> Types =>
        _declared.Values.Where(static d => !d.Faulty).Select(static d => d.Type!).OrderBy(static t => t.FullName, StringComparer.Ordinal);

    public static SchemaSet Read(IEnumerable<SchemaFile> files)
    {
        var set = new SchemaSet();
        foreach (var file in files.OrderBy(static f => f.Path, StringComparer.Ordinal))
        {
            set.Guard(file, () =>
            {
                var root = JsonTree.Parse(file.Text);
                if (root.Kind != JsonTokenType.StartObject || root.TextOf("type") is not ("record" or "enum"))
                    throw new SchemaFault(Rules.MalformedSchema, root.Offset, "A schema file holds one record or enum");
                set.Declare(root, enclosingNamespace: "", file);
            });
        }

        foreach (var declaration in set._declared.Values.ToList())
            set.Fill(declaration);
        return set;
    }

    /// <summary>Where and how the type of that full name is defined.</summary>
    public Declaration this[string fullName] => _declared[fullName];

    /// <summary>The named type that a name in type position means, or null for an Avro primitive or an unknown name.</summary>
    public Declaration? Find(string name, string enclosingNamespace) =>
        _declared.TryGetValue(Names.Full(name, enclosingNamespace), out var declaration) ? declaration : null;

    /// <summary>Resolves a named type on first use; a type met again on its own path is recursive.</summary>
    internal NamedType Resolve(Declaration declaration, int offset)
    {
        if (declaration.InProgress)
            throw new SchemaFault(Rules.RecursiveType, offset, $"{declaration.FullName} contains itself: TrackHub's records are finite");

        Fill(declaration);
        return declaration is { Faulty: false, Type: { } type }
            ? type
            : throw new SchemaFault(rule: null, offset, $"{declaration.FullName} is faulty");
    }

    /// <summary>Reports a fault of the action at its place.</summary>
    /// <returns>False if there was one.</returns>
    internal bool Guard(SchemaFile file, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (SchemaFault fault)
        {
            // A definition is looked at once when declared and once when resolved: report its fault once.
            var diagnostic = fault.Rule is null ? null : file.ToDiagnostic(fault, fault.Rule);
            if (diagnostic is not null && !_diagnostics.Exists(d => d.Location.Equals(diagnostic.Location)))
                _diagnostics.Add(diagnostic);
            return false;
        }
    }

    private void Fill(Declaration declaration)
    {
        if (declaration.Type is not null || declaration.Faulty)
            return;

        declaration.InProgress = true;
        if (!Guard(declaration.File, () => new TypeParser(this, declaration).Parse()))
            declaration.Faulty = true;
        declaration.InProgress = false;
    }

    private void Declare(JsonTree type, string enclosingNamespace, SchemaFile file)
    {
        if (type.Kind == JsonTokenType.StartArray)
        {
            foreach (var branch in type.Items)
                Declare(branch, enclosingNamespace, file);
        }

        if (type.Kind != JsonTokenType.StartObject)
            return;

        var kind = type.TextOf("type");
        if (kind == "array" && type["items"] is { } items)
            Declare(items, enclosingNamespace, file);
        if (kind is not ("record" or "enum"))
            return;

        var declaration = Declaration.Of(type, enclosingNamespace, file);
        if (_declared.TryGetValue(declaration.FullName, out var first))
            throw new SchemaFault(Rules.DuplicateType, type.Offset, $"{declaration.FullName} is defined in {first.File.Name} too");
        if (_declared.Values.FirstOrDefault(d => d.CSharp == declaration.CSharp) is { } namesake)
        {
            var detail = $"{declaration.FullName} and {namesake.FullName} are both {declaration.CSharp} in C#";
            throw new SchemaFault(Rules.NameCollision, type.Offset, detail);
        }

        _declared.Add(declaration.FullName, declaration);
        foreach (var field in type["fields"]?.Items ?? [])
        {
            if (field["type"] is { } fieldType)
                Guard(file, () => Declare(fieldType, declaration.Namespace, file));
        }
    }
}

/// <summary>A named type's definition and, once resolved, the type.</summary>
internal sealed class Declaration
{
    private Declaration(JsonTree node, string name, string @namespace, SchemaFile file)
    {
        Node = node;
        Name = name;
        Namespace = @namespace;
        File = file;
        CSharp = Names.Pascal(name);
    }

    public JsonTree Node { get; }

    public string Name { get; }

    /// <summary>Its Avro namespace, in which names inside it are resolved; empty for none.</summary>
    public string Namespace { get; }

    public SchemaFile File { get; }

    public string CSharp { get; }

    public string FullName => Names.Full(Name, Namespace);

    public NamedType? Type { get; set; }

    public bool InProgress { get; set; }

    public bool Faulty { get; set; }

    /// <exception cref="SchemaFault">It has no name, or one that Avro does not allow.</exception>
    public static Declaration Of(JsonTree node, string enclosingNamespace, SchemaFile file)
    {
        var name = node.TextOf("name") ?? throw new SchemaFault(Rules.MalformedSchema, node.Offset, "A record or enum needs a name");
        var space = node.TextOf("namespace") ?? enclosingNamespace;
        var dot = name.LastIndexOf('.');
        if (dot >= 0)
        {
            space = name.Substring(0, dot);
            name = name.Substring(dot + 1);
        }

        if (!Names.IsName(name) || (space.Length > 0 && !space.Split('.').All(Names.IsName)))
            throw new SchemaFault(Rules.MalformedSchema, node.Offset, $"'{Names.Full(name, space)}' is no Avro name");

        return new Declaration(node, name, space, file);
    }
}
