namespace TrackHub.Schemas.Generator;

/// <summary>Encoding: one statement per field in the schema's order; arrays in one block.</summary>
internal static class EncoderEmitter
{
    public static void Emit(SourceWriter source, RecordType type)
    {
        source.Line("/// <inheritdoc/>");
        source.Open("public void Encode(ref AvroWriter writer)");
        var locals = 0;
        foreach (var field in type.Fields)
            Write(source, field.Type, field.CSharp, ref locals);
        source.Close();
    }

    /// <summary>Writes one value.</summary>
    public static void Write(SourceWriter source, AvroType type, string value, ref int locals)
    {
        switch (type)
        {
            case PrimitiveType primitive:
                source.Line($"writer.Write{primitive.Codec}({value});");
                break;
            case EnumType symbols:
                source.Line($"writer.WriteEnum((int){value}, {symbols.Symbols.Count});");
                break;
            case RecordType:
                source.Line($"{value}.Encode(ref writer);");
                break;
            case NullableType nullable:
                var present = "v" + locals++;
                source.Open($"if ({value} is {{ }} {present})");
                source.Line($"writer.WriteBranch({nullable.ValueBranch});");
                Write(source, nullable.Inner, present, ref locals);
                source.Close();
                source.Open("else");
                source.Line($"writer.WriteBranch({nullable.NullBranch});");
                source.Close();
                break;
            case ArrayType array:
                WriteArray(source, array, value, ref locals);
                break;
        }
    }

    private static void WriteArray(SourceWriter source, ArrayType type, string value, ref int locals)
    {
        var list = "v" + locals++;
        var index = "i" + locals++;
        source.Line($"var {list} = {value};");
        source.Open($"if ({list}.Count > 0)");
        source.Line($"writer.WriteBlockCount({list}.Count);");
        // By index: the enumerator of an interface would be allocated.
        source.Open($"for (var {index} = 0; {index} < {list}.Count; {index}++)");
        Write(source, type.Items, $"{list}[{index}]", ref locals);
        source.Close();
        source.Close();
        source.Line("writer.WriteBlockCount(0);");
    }
}
