using System.Text.Json;

namespace TrackHub.Schemas.Generator;

/// <summary>Turns one definition into its type. Source: Avro 1.11 specification, "Schema Declaration"; the subset is TrackHub's.</summary>
internal sealed class TypeParser(SchemaSet set, Declaration declaration)
{
    // Members that every generated record has, or inherits.
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "SchemaJson", "SchemaFullName", "Encode", "Decode", "TryDecode", "Equals", "GetHashCode", "ToString", "GetType",
        "EqualityContract", "PrintMembers", "MemberwiseClone", "Finalize", "ReferenceEquals",
    };

    /// <summary>Fills <see cref="Declaration.Type"/>; a faulty field is reported and the others are still read.</summary>
    public void Parse()
    {
        var doc = declaration.Node.TextOf("doc");
        if (declaration.Node.TextOf("type") == "enum")
            ParseEnum(new EnumType(declaration.FullName, declaration.CSharp, doc, declaration.File.Name));
        else
            ParseRecord(new RecordType(declaration.FullName, declaration.CSharp, doc, declaration.File.Name));
    }

    private void ParseEnum(EnumType type)
    {
        var symbols = ListOf("symbols");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var symbol in symbols)
        {
            if (symbol.Kind != JsonTokenType.String || !Names.IsName(symbol.Text))
                throw new SchemaFault(Rules.MalformedSchema, symbol.Offset, "A symbol is a name: letters, digits and underscores");
            if (!names.Add(Names.Pascal(symbol.Text)))
                throw new SchemaFault(Rules.NameCollision, symbol.Offset, $"Two symbols are {Names.Pascal(symbol.Text)} in C#");

            type.Symbols.Add(new EnumSymbol(symbol.Text, Names.Pascal(symbol.Text)));
        }

        if (declaration.Node["default"] is { } fallback && !type.Symbols.Exists(s => s.Text == fallback.Text))
            throw new SchemaFault(Rules.BadDefault, fallback.Offset, $"'{fallback.Text}' is no symbol of {type.FullName}");

        declaration.Type = type;
    }

    private void ParseRecord(RecordType type)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in ListOf("fields"))
        {
            if (!set.Guard(declaration.File, () => type.Fields.Add(ParseField(type, field, names))))
                declaration.Faulty = true;
        }

        declaration.Type = type;
    }

    private RecordField ParseField(RecordType record, JsonTree field, HashSet<string> names)
    {
        if (field.Kind != JsonTokenType.StartObject || field.TextOf("name") is not { } name || !Names.IsName(name))
            throw new SchemaFault(Rules.MalformedSchema, field.Offset, "A field is an object with a name of letters, digits and underscores");

        var csharp = Names.Pascal(name);
        if (csharp == record.CSharp || Reserved.Contains(csharp) || !names.Add(csharp))
            throw new SchemaFault(Rules.NameCollision, field.Offset, $"Field '{name}' would be a second {csharp} in C#");

        var node = field["type"] ?? throw new SchemaFault(Rules.MalformedSchema, field.Offset, $"Field '{name}' has no type");
        var type = ParseType(node);
        var initialiser = field["default"] is { } value ? Defaults.Expression(type, value) : null;
        return new RecordField(name, csharp, field.TextOf("doc"), type, initialiser);
    }

    private AvroType ParseType(JsonTree node) => node.Kind switch
    {
        JsonTokenType.String => ParseName(node, node.Text),
        JsonTokenType.StartArray => ParseUnion(node),
        JsonTokenType.StartObject => ParseObject(node),
        _ => throw new SchemaFault(Rules.MalformedSchema, node.Offset, "A type is a name, an object or a union"),
    };

    private AvroType ParseName(JsonTree node, string name)
    {
        if (PrimitiveType.Named(name) is { } primitive)
            return primitive;
        if (set.Find(name, declaration.Namespace) is { } named)
            return set.Resolve(named, node.Offset);
        if (name is "null" or "float" or "map" or "fixed" or "error")
        {
            var detail = name == "null" ? "null stands only in a union with one other type" : $"'{name}' is not used here";
            throw new SchemaFault(Rules.UnsupportedType, node.Offset, detail);
        }

        throw new SchemaFault(Rules.UnknownType, node.Offset, $"No schema file defines {Names.Full(name, declaration.Namespace)}");
    }

    private NullableType ParseUnion(JsonTree node)
    {
        var isNullable = node.Items.Count == 2 && IsNull(node.Items[0]) != IsNull(node.Items[1]);
        if (!isNullable)
            throw new SchemaFault(Rules.UnsupportedType, node.Offset, "A union is null and one other type");

        var nullFirst = IsNull(node.Items[0]);
        var inner = ParseType(node.Items[nullFirst ? 1 : 0]);
        return inner is NullableType
            ? throw new SchemaFault(Rules.MalformedSchema, node.Offset, "A union stands not directly in a union")
            : new NullableType(inner, nullFirst);
    }

    private AvroType ParseObject(JsonTree node)
    {
        var kind = node.TextOf("type") ?? throw new SchemaFault(Rules.MalformedSchema, node.Offset, "A type object needs a 'type'");
        if (kind is "record" or "enum")
            return set.Find(Declaration.Of(node, declaration.Namespace, declaration.File).FullName, "") is { } named && named.Node == node
                ? set.Resolve(named, node.Offset)
                : throw new SchemaFault(Rules.DuplicateType, node.Offset, "This definition is not the only one of its name");
        if (kind == "array")
        {
            var items = node["items"] ?? throw new SchemaFault(Rules.MalformedSchema, node.Offset, "An array needs 'items'");
            return new ArrayType(ParseType(items));
        }

        var type = ParseName(node, kind);
        if (node["logicalType"] is not { } logical)
            return type;

        return logical.Text == "timestamp-millis" && type == PrimitiveType.Long
            ? PrimitiveType.Timestamp
            : throw new SchemaFault(
                Rules.UnsupportedType, logical.Offset, $"Logical type '{logical.Text}' on {kind}; only timestamp-millis on long is used here");
    }

    private List<JsonTree> ListOf(string member) =>
        declaration.Node[member] is { Kind: JsonTokenType.StartArray, Items.Count: > 0 } list
            ? list.Items
            : throw new SchemaFault(
                Rules.MalformedSchema, declaration.Node.Offset, $"{declaration.FullName} needs a list '{member}' with at least one entry");

    private static bool IsNull(JsonTree node) => node.Kind == JsonTokenType.String && node.Text == "null";
}
