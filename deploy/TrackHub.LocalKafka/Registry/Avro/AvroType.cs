using System.Text.Json;

namespace TrackHub.LocalKafka.Registry.Avro;

/// <summary>A type of a parsed schema. One definition is one object: references to a named type are the same object, so a type may hold itself.</summary>
/// <remarks>Source: https://avro.apache.org/docs/1.11.1/specification/#schema-declaration.</remarks>
internal abstract class AvroType(string kind)
{
    /// <summary>Avro's word: int, record, union …</summary>
    public string Kind { get; } = kind;

    /// <summary>Attributes that Avro gives no meaning of their own, logical types among them, in their order.</summary>
    public IReadOnlyList<JsonProperty> Extras { get; init; } = [];
}

/// <summary>One of the eight types without parts.</summary>
internal sealed class AvroPrimitive(string kind) : AvroType(kind)
{
    /// <summary>Their names, which no definition may take.</summary>
    public static readonly IReadOnlySet<string> Names =
        new HashSet<string>(["null", "boolean", "int", "long", "float", "double", "bytes", "string"], StringComparer.Ordinal);
}

/// <summary>An array or a map.</summary>
internal sealed class AvroCollection(string kind, AvroType item) : AvroType(kind)
{
    /// <summary>Type of its items or values.</summary>
    public AvroType Item { get; } = item;

    /// <summary>The attribute that names the type of its parts.</summary>
    public static string ItemMember(string kind) => kind == "array" ? "items" : "values";
}

/// <summary>A union.</summary>
internal sealed class AvroUnion(IReadOnlyList<AvroType> branches) : AvroType("union")
{
    /// <summary>Its branches in order.</summary>
    public IReadOnlyList<AvroType> Branches { get; } = branches;
}

/// <summary>A name and its namespace, "" for none.</summary>
internal readonly record struct AvroName(string Space, string Simple)
{
    /// <summary>As references spell it.</summary>
    public string Full => Space.Length == 0 ? Simple : $"{Space}.{Simple}";

    /// <summary>A dotted name is full as it stands; any other is in <paramref name="space"/>.</summary>
    public static AvroName Of(string name, string space) =>
        name.LastIndexOf('.') is >= 0 and var dot ? new(name[..dot], name[(dot + 1)..]) : new(space, name);
}

/// <summary>A record, enum or fixed.</summary>
internal abstract class AvroNamed(string kind, AvroName name) : AvroType(kind)
{
    /// <summary>Its name.</summary>
    public AvroName Name { get; } = name;

    /// <summary>Other names, as written.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Documentation; null without.</summary>
    public string? Doc { get; init; }
}

/// <summary>A record, or an error, which is one to all but RPC.</summary>
internal sealed class AvroRecord(string kind, AvroName name) : AvroNamed(kind, name)
{
    /// <summary>Its fields in order; filled after the record is known by name, because a field may be of the record's type.</summary>
    public List<AvroField> Fields { get; } = [];
}

/// <summary>A field of a record.</summary>
internal sealed record AvroField(string Name, AvroType Type)
{
    /// <summary>Its default; null without one (a default of null is an element).</summary>
    public JsonElement? Default { get; init; }

    /// <summary>Other names.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Documentation; null without.</summary>
    public string? Doc { get; init; }

    /// <summary>Sort order; null for ascending.</summary>
    public string? Order { get; init; }

    /// <inheritdoc cref="AvroType.Extras"/>
    public IReadOnlyList<JsonProperty> Extras { get; init; } = [];
}

/// <summary>An enum.</summary>
internal sealed class AvroEnum(AvroName name, IReadOnlyList<string> symbols) : AvroNamed("enum", name)
{
    /// <summary>Its symbols in order.</summary>
    public IReadOnlyList<string> Symbols { get; } = symbols;

    /// <summary>What a reader takes for a symbol it does not know; null without.</summary>
    public string? Default { get; init; }
}

/// <summary>So many bytes.</summary>
internal sealed class AvroFixed(AvroName name, int size) : AvroNamed("fixed", name)
{
    /// <summary>Bytes, at least 0.</summary>
    public int Size { get; } = size;
}
