namespace TrackHub.Schemas.Generator;

/// <summary>A type of the schema language, resolved.</summary>
internal abstract class AvroType
{
    /// <summary>Least bytes a value takes on the wire; never 0, which is what bounds a decoder's allocations.</summary>
    public abstract int MinBytes { get; }
}

/// <summary>A type without parts.</summary>
internal sealed class PrimitiveType(string csharp, string codec, int minBytes = 1) : AvroType
{
    public static readonly PrimitiveType Boolean = new("bool", "Boolean");
    public static readonly PrimitiveType Int = new("int", "Int");
    public static readonly PrimitiveType Long = new("long", "Long");
    public static readonly PrimitiveType Double = new("double", "Double", 8);
    public static readonly PrimitiveType String = new("string", "String");
    public static readonly PrimitiveType Bytes = new("byte[]", "Bytes");
    public static readonly PrimitiveType Timestamp = new("global::System.DateTimeOffset", "Timestamp");

    /// <summary>C# type of a value.</summary>
    public string CSharp { get; } = csharp;

    /// <summary>Suffix of the reader's and writer's method.</summary>
    public string Codec { get; } = codec;

    public override int MinBytes { get; } = minBytes;

    /// <summary>The primitive type of that Avro name, or null.</summary>
    public static PrimitiveType? Named(string name) => name switch
    {
        "boolean" => Boolean,
        "int" => Int,
        "long" => Long,
        "double" => Double,
        "string" => String,
        "bytes" => Bytes,
        _ => null,
    };
}

internal sealed class ArrayType(AvroType items) : AvroType
{
    public AvroType Items { get; } = items;

    public override int MinBytes => 1;
}

/// <summary>A union of null and one other type.</summary>
internal sealed class NullableType(AvroType inner, bool nullFirst) : AvroType
{
    public AvroType Inner { get; } = inner;

    /// <summary>Index of null in the union, which is its number on the wire.</summary>
    public int NullBranch { get; } = nullFirst ? 0 : 1;

    public int ValueBranch => 1 - NullBranch;

    public override int MinBytes => 1;
}

/// <summary>A record or enum.</summary>
internal abstract class NamedType(string fullName, string csharp, string? doc, string file) : AvroType
{
    public string FullName { get; } = fullName;

    /// <summary>Name of the C# type, in namespace TrackHub.Schemas.</summary>
    public string CSharp { get; } = csharp;

    /// <summary>The name as other code writes it: in full, because a property may be called as its type.</summary>
    public string Global => "global::TrackHub.Schemas." + CSharp;

    public string? Doc { get; } = doc;

    /// <summary>File name it was defined in, without folder.</summary>
    public string File { get; } = file;
}

internal sealed class EnumType(string fullName, string csharp, string? doc, string file) : NamedType(fullName, csharp, doc, file)
{
    public List<EnumSymbol> Symbols { get; } = [];

    public override int MinBytes => 1;
}

/// <summary>A symbol as the schema and as C# spells it.</summary>
internal sealed class EnumSymbol(string text, string csharp)
{
    public string Text { get; } = text;

    public string CSharp { get; } = csharp;
}

internal sealed class RecordType(string fullName, string csharp, string? doc, string file) : NamedType(fullName, csharp, doc, file)
{
    public List<RecordField> Fields { get; } = [];

    public override int MinBytes => Fields.Sum(static f => f.Type.MinBytes);
}

internal sealed class RecordField(string name, string csharp, string? doc, AvroType type, string? initialiser)
{
    public string Name { get; } = name;

    public string CSharp { get; } = csharp;

    public string? Doc { get; } = doc;

    public AvroType Type { get; } = type;

    /// <summary>C# expression of the default; null where the schema has none.</summary>
    public string? Initialiser { get; } = initialiser;
}
