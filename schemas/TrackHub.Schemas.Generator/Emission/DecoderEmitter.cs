namespace TrackHub.Schemas.Generator;

/// <summary>Decoding: one expression per field in the schema's order, one method per array.</summary>
internal static class DecoderEmitter
{
    public static void Emit(SourceWriter source, RecordType type)
    {
        var arrays = new List<(string Method, ArrayType Type)>();

        source.Line("/// <summary>Decodes one record that fills <paramref name=\"encoded\"/>.</summary>");
        source.Line("/// <exception cref=\"AvroFormatException\">The bytes are not one record of this schema.</exception>");
        source.Line($"public static {type.CSharp} Decode(global::System.ReadOnlySpan<byte> encoded) => AvroCodec.Decode<{type.CSharp}>(encoded);");
        source.Line();
        source.Line("/// <summary>Decodes one record that fills <paramref name=\"encoded\"/>; false if it does not.</summary>");
        const string NotNull = "[global::System.Diagnostics.CodeAnalysis.NotNullWhen(true)]";
        source.Line($"public static bool TryDecode(global::System.ReadOnlySpan<byte> encoded, {NotNull} out {type.CSharp}? record) =>");
        source.Indented(() => source.Line($"AvroCodec.TryDecode<{type.CSharp}>(encoded, out record);"));
        source.Line();
        source.Line("/// <inheritdoc/>");
        source.Open($"public static {type.CSharp} Decode(ref AvroReader reader) => new()");
        foreach (var field in type.Fields)
            source.Line($"{field.CSharp} = {Expression(field.Type, "Read" + field.CSharp, arrays)},");
        source.Close(";");
        source.Line();

        // An array of arrays adds to the list while it is walked.
        for (var i = 0; i < arrays.Count; i++)
            EmitArray(source, arrays[i].Method, arrays[i].Type, arrays);
    }

    private static string Expression(AvroType type, string arrayMethod, List<(string, ArrayType)> arrays)
    {
        switch (type)
        {
            case PrimitiveType primitive:
                return $"reader.Read{primitive.Codec}()";
            case EnumType symbols:
                return $"({symbols.Global})reader.ReadEnum({symbols.Symbols.Count})";
            case RecordType record:
                return $"{record.Global}.Decode(ref reader)";
            case NullableType nullable:
                var inner = Expression(nullable.Inner, arrayMethod, arrays);
                return $"reader.ReadBranch() == {nullable.NullBranch} ? default({RecordEmitter.TypeName(nullable)}) : {inner}";
            default:
                arrays.Add((arrayMethod, (ArrayType)type));
                return $"{arrayMethod}(ref reader)";
        }
    }

    private static void EmitArray(SourceWriter source, string method, ArrayType type, List<(string, ArrayType)> arrays)
    {
        var item = RecordEmitter.TypeName(type.Items);
        var expression = Expression(type.Items, method + "Item", arrays);
        source.Open($"private static {RecordEmitter.TypeName(type)} {method}(ref AvroReader reader)");
        source.Line($"var count = reader.ReadBlockCount(minItemBytes: {type.Items.MinBytes});");
        source.Line("if (count == 0)");
        source.Indented(() => source.Line("return [];"));
        source.Line();
        source.Line($"var items = new global::System.Collections.Generic.List<{item}>(count);");
        source.Open("do");
        source.Line("for (; count > 0; count--)");
        source.Indented(() => source.Line($"items.Add({expression});"));
        source.Line($"count = reader.ReadBlockCount(minItemBytes: {type.Items.MinBytes});");
        source.Close();
        source.Line("while (count > 0);");
        source.Line("return items;");
        source.Close();
        source.Line();
    }
}
