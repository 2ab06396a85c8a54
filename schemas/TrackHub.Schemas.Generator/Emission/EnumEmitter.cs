namespace TrackHub.Schemas.Generator;

/// <summary>An enum whose values are the schema's symbol numbers, and the symbols as text.</summary>
internal static class EnumEmitter
{
    public static string Emit(EnumType type)
    {
        var source = SourceWriter.ForFile();
        source.Summary(type.Doc, $"Avro enum <c>{type.FullName}</c>.");
        var file = SourceWriter.Escape(type.File);
        source.Line($"/// <remarks>Avro enum <c>{type.FullName}</c> of {file}; values are the numbers on the wire.</remarks>");
        source.Open($"public enum {type.CSharp}");
        for (var i = 0; i < type.Symbols.Count; i++)
        {
            source.Line($"/// <summary><c>{type.Symbols[i].Text}</c></summary>");
            source.Line($"{type.Symbols[i].CSharp} = {i},");
        }

        source.Close();
        source.Line();
        EmitSymbols(source, type);
        return source.ToString();
    }

    private static void EmitSymbols(SourceWriter source, EnumType type)
    {
        source.Line($"/// <summary>The symbols of <see cref=\"{type.CSharp}\"/> as the schema spells them.</summary>");
        source.Open($"public static class {type.CSharp}Symbols");
        source.Line("/// <summary>The symbol as the schema spells it.</summary>");
        source.Line("/// <exception cref=\"global::System.ArgumentOutOfRangeException\">The value is none of the enum's.</exception>");
        source.Open($"public static string ToSymbol(this {type.CSharp} value) => value switch");
        foreach (var symbol in type.Symbols)
            source.Line($"{type.CSharp}.{symbol.CSharp} => \"{symbol.Text}\",");
        source.Line("_ => throw new global::System.ArgumentOutOfRangeException(nameof(value), value, null),");
        source.Close(";");
        source.Line();
        source.Line("/// <summary>Reads a symbol as the schema spells it; case matters.</summary>");
        source.Open($"public static bool TryParse(global::System.ReadOnlySpan<char> symbol, out {type.CSharp} value)");
        source.Open("switch (symbol)");
        foreach (var symbol in type.Symbols)
            source.Line($"case \"{symbol.Text}\": value = {type.CSharp}.{symbol.CSharp}; return true;");
        source.Line("default: value = default; return false;");
        source.Close();
        source.Close();
        source.Close();
    }
}
