using Microsoft.CodeAnalysis.CSharp;

namespace TrackHub.Schemas.Generator;

/// <summary>A sealed record, its schema and its codec.</summary>
internal static class RecordEmitter
{
    public static string Emit(RecordType type, SchemaSet schemas)
    {
        var source = SourceWriter.ForFile();
        source.Summary(type.Doc, $"Avro record <c>{type.FullName}</c>.");
        source.Line($"/// <remarks>Avro record <c>{type.FullName}</c> of {SourceWriter.Escape(type.File)}.</remarks>");
        source.Open($"public sealed partial record {type.CSharp} : IAvroRecord<{type.CSharp}>");
        foreach (var field in type.Fields)
            EmitProperty(source, field);

        EmitSchema(source, type, SchemaText.Of(type, schemas));
        DecoderEmitter.Emit(source, type);
        EncoderEmitter.Emit(source, type);
        if (type.Fields.Any(static f => EqualityEmitter.ComparesByReference(f.Type)))
            EqualityEmitter.Emit(source, type);
        source.Close();
        return source.ToString();
    }

    /// <summary>The C# type of a value, with its question mark if nullable.</summary>
    public static string TypeName(AvroType type) => type switch
    {
        PrimitiveType primitive => primitive.CSharp,
        NamedType named => named.Global,
        NullableType nullable => TypeName(nullable.Inner) + "?",
        ArrayType array => $"global::System.Collections.Generic.IReadOnlyList<{TypeName(array.Items)}>",
        _ => throw new System.ArgumentOutOfRangeException(nameof(type), type, null),
    };

    private static void EmitProperty(SourceWriter source, RecordField field)
    {
        source.Summary(field.Doc, $"Field <c>{field.Name}</c>.");
        source.Line(field.Initialiser is null
            ? $"public required {TypeName(field.Type)} {field.CSharp} {{ get; init; }}"
            : $"public {TypeName(field.Type)} {field.CSharp} {{ get; init; }} = {field.Initialiser};");
        source.Line();
    }

    private static void EmitSchema(SourceWriter source, RecordType type, string schema)
    {
        source.Line("/// <inheritdoc/>");
        source.Line($"public static string SchemaFullName => \"{type.FullName}\";");
        source.Line();
        source.Line("/// <inheritdoc/>");
        source.Line($"public static string SchemaJson => {SymbolDisplay.FormatLiteral(schema, quote: true)};");
        source.Line();
    }
}
