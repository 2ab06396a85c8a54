namespace TrackHub.Schemas.Generator;

/// <summary>
/// A record's fields as spans, for who writes many records and keeps none: texts and bytes are where they were read or made, and become Avro
/// without ever being objects. The same fields in the same order as the record, and the same bytes.
/// </summary>
internal static class SpansEmitter
{
    public static string Emit(RecordType type)
    {
        var source = SourceWriter.ForFile();
        source.Line($"/// <summary>The fields of a <see cref=\"{type.CSharp}\"/> to be encoded, texts and bytes as spans: a default span is null, an empty one is empty.</summary>");
        source.Line($"/// <remarks>Avro record <c>{type.FullName}</c> of {SourceWriter.Escape(type.File)}.</remarks>");
        source.Open($"public ref struct {NameOf(type)}");
        foreach (var field in type.Fields)
            EmitProperty(source, field);

        source.Line($"/// <inheritdoc cref=\"{type.CSharp}.Encode(ref AvroWriter)\"/>");
        source.Open("public readonly void Encode(ref AvroWriter writer)");
        var locals = 0;
        foreach (var field in type.Fields)
            Write(source, field.Type, field.CSharp, ref locals);
        source.Close();
        source.Close();
        return source.ToString();
    }

    private static string NameOf(RecordType type) => type.CSharp + "Spans";

    private static void EmitProperty(SourceWriter source, RecordField field)
    {
        // A span has no question mark, and a structure that holds spans cannot be nullable either.
        if (field.Type is NullableType { Inner: RecordType })
        {
            source.Line($"/// <summary>Whether there is <see cref=\"{field.CSharp}\"/>.</summary>");
            source.Line($"public bool Has{field.CSharp} {{ get; init; }}");
            source.Line();
        }

        var required = field.Type is NullableType ? "" : "required ";
        source.Summary(field.Doc, $"Field <c>{field.Name}</c>.");
        source.Line($"public {required}{TypeName(field.Type)} {field.CSharp} {{ get; init; }}");
        source.Line();
    }

    private static string TypeName(AvroType type) => Unwrapped(type) switch
    {
        RecordType record => "global::TrackHub.Schemas." + NameOf(record),
        PrimitiveType text when text == PrimitiveType.String => "global::System.ReadOnlySpan<char>",
        PrimitiveType bytes when bytes == PrimitiveType.Bytes => "global::System.ReadOnlySpan<byte>",
        _ => RecordEmitter.TypeName(type),
    };

    private static void Write(SourceWriter source, AvroType type, string value, ref int locals)
    {
        if (type is not NullableType nullable || !IsSpan(nullable.Inner))
        {
            // Lists stay lists of records, and numbers are numbers.
            EncoderEmitter.Write(source, type, value, ref locals);
            return;
        }

        source.Open(nullable.Inner is RecordType ? $"if (Has{value})" : $"if ({value} != default)");
        source.Line($"writer.WriteBranch({nullable.ValueBranch});");
        EncoderEmitter.Write(source, nullable.Inner, value, ref locals);
        source.Close();
        source.Open("else");
        source.Line($"writer.WriteBranch({nullable.NullBranch});");
        source.Close();
    }

    private static bool IsSpan(AvroType type) => type is RecordType || type == PrimitiveType.String || type == PrimitiveType.Bytes;

    private static AvroType Unwrapped(AvroType type) => type is NullableType nullable ? nullable.Inner : type;
}
