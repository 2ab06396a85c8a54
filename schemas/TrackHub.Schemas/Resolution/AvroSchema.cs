using System.Text.Json;

namespace TrackHub.Schemas;

/// <summary>A schema as a writer declared it, so that its bytes can be walked. Source: Avro 1.12 specification, "Schema Declaration".</summary>
internal abstract class AvroSchema
{
    /// <summary>Deepest nesting of values that is walked: only a recursive schema reaches it, and the stack must end somewhere.</summary>
    public const int MaxDepth = 128;

    /// <summary>Known logical type, a decimal's with precision and scale; null if none.</summary>
    public string? LogicalType { get; init; }

    /// <summary>False for types whose every value is encoded in no bytes: null, fixed of size 0, records of nothing else.</summary>
    public virtual bool TakesBytes => true;

    /// <summary>What a person calls it, clipped.</summary>
    public abstract string Display { get; }

    /// <summary>Moves the reader behind one value.</summary>
    /// <exception cref="AvroFormatException">The bytes are no such value, or nested too deeply.</exception>
    public void Skip(ref AvroReader reader, int depth)
    {
        if (depth > MaxDepth)
            AvroFormatException.Throw(reader.Position, $"values are nested at most {MaxDepth} deep");
        SkipValue(ref reader, depth);
    }

    protected abstract void SkipValue(ref AvroReader reader, int depth);

    protected static string Clip(string text) => text.Length <= 80 ? text : text[..80] + "…";
}

internal enum PrimitiveKind
{
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
}

internal sealed class PrimitiveSchema(PrimitiveKind kind) : AvroSchema
{
    public PrimitiveKind Kind { get; } = kind;

    public override bool TakesBytes => Kind != PrimitiveKind.Null;

    public override string Display => NameOf(Kind);

    public static string NameOf(PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.Null => "null",
        PrimitiveKind.Boolean => "boolean",
        PrimitiveKind.Int => "int",
        PrimitiveKind.Long => "long",
        PrimitiveKind.Float => "float",
        PrimitiveKind.Double => "double",
        PrimitiveKind.Bytes => "bytes",
        PrimitiveKind.String => "string",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null),
    };

    protected override void SkipValue(ref AvroReader reader, int depth)
    {
        switch (Kind)
        {
            case PrimitiveKind.Null:
                break;
            case PrimitiveKind.Boolean:
                reader.ReadBoolean();
                break;
            case PrimitiveKind.Int:
                reader.ReadInt();
                break;
            case PrimitiveKind.Long:
                reader.ReadLong();
                break;
            case PrimitiveKind.Float:
                reader.Take(sizeof(float));
                break;
            case PrimitiveKind.Double:
                reader.Take(sizeof(double));
                break;
            default:
                reader.TakeSized();
                break;
        }
    }
}

internal sealed class ArraySchema(AvroSchema items) : AvroSchema
{
    public AvroSchema Items { get; } = items;

    public override string Display => "array";

    protected override void SkipValue(ref AvroReader reader, int depth)
    {
        for (var count = reader.ReadBlockCount(minItemBytes: 1); count > 0; count = reader.ReadBlockCount(minItemBytes: 1))
        {
            for (; count > 0; count--)
                Items.Skip(ref reader, depth + 1);
        }
    }
}

internal sealed class MapSchema(AvroSchema values) : AvroSchema
{
    public AvroSchema Values { get; } = values;

    public override string Display => "map";

    protected override void SkipValue(ref AvroReader reader, int depth)
    {
        for (var count = reader.ReadBlockCount(minItemBytes: 1); count > 0; count = reader.ReadBlockCount(minItemBytes: 1))
        {
            for (; count > 0; count--)
            {
                reader.TakeSized();
                Values.Skip(ref reader, depth + 1);
            }
        }
    }
}

internal sealed class UnionSchema(IReadOnlyList<AvroSchema> branches) : AvroSchema
{
    public IReadOnlyList<AvroSchema> Branches { get; } = branches;

    public override string Display => "union";

    protected override void SkipValue(ref AvroReader reader, int depth) => Branches[reader.ReadBranch(Branches.Count)].Skip(ref reader, depth + 1);
}

/// <summary>A record, enum or fixed. Source: "Names" and "Aliases" of the specification.</summary>
internal abstract class NamedSchema(string fullName, IReadOnlyList<string> aliases) : AvroSchema
{
    public string FullName { get; } = fullName;

    /// <summary>The name without its namespace: schemas resolve by it.</summary>
    public string ShortName { get; } = fullName[(fullName.LastIndexOf('.') + 1)..];

    /// <summary>Full names it had in other versions.</summary>
    public IReadOnlyList<string> Aliases { get; } = aliases;

    public override string Display => Clip(FullName);
}

internal sealed class FixedSchema(string fullName, IReadOnlyList<string> aliases, int size) : NamedSchema(fullName, aliases)
{
    public int Size { get; } = size;

    public override bool TakesBytes => Size > 0;

    protected override void SkipValue(ref AvroReader reader, int depth) => reader.Take(Size);
}

internal sealed class EnumSchema(string fullName, IReadOnlyList<string> aliases, IReadOnlyList<string> symbols, string? fallback)
    : NamedSchema(fullName, aliases)
{
    public IReadOnlyList<string> Symbols { get; } = symbols;

    /// <summary>Symbol for those a reader does not know; null if none.</summary>
    public string? Fallback { get; } = fallback;

    protected override void SkipValue(ref AvroReader reader, int depth) => reader.ReadEnum(Symbols.Count);
}

internal sealed class RecordSchema(string fullName, IReadOnlyList<string> aliases) : NamedSchema(fullName, aliases)
{
    private AvroSchema[] _walked = [];
    private bool _takesBytes = true;   // until complete: one that contains itself takes some, or has no value at all

    public IReadOnlyList<RecordSchemaField> Fields { get; private set; } = [];

    public override bool TakesBytes => _takesBytes;

    /// <summary>Gives the record its fields, which may refer to the record.</summary>
    public void Complete(IReadOnlyList<RecordSchemaField> fields)
    {
        Fields = fields;
        // Only these are walked: a record of a thousand nulls must not cost a thousand steps for no byte.
        _walked = [.. fields.Where(static f => f.Type.TakesBytes).Select(static f => f.Type)];
        _takesBytes = _walked.Length > 0;
    }

    protected override void SkipValue(ref AvroReader reader, int depth)
    {
        foreach (var field in _walked)
            field.Skip(ref reader, depth + 1);
    }
}

/// <summary>A field of a record.</summary>
/// <param name="Name">Name.</param>
/// <param name="Aliases">Names it had in other versions.</param>
/// <param name="Type">Type.</param>
/// <param name="Default">Value for records whose writer has no such field; null if none.</param>
internal sealed record RecordSchemaField(string Name, IReadOnlyList<string> Aliases, AvroSchema Type, JsonElement? Default);
