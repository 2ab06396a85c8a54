using System.Globalization;
using System.Text.Json;
using Microsoft.CodeAnalysis.CSharp;

namespace TrackHub.Schemas.Generator;

/// <summary>Defaults of the schema as C# expressions. Source: Avro 1.11 specification, table "field default values".</summary>
internal static class Defaults
{
    // What a DateTimeOffset can hold: years 1 to 9999.
    private const long MinMilliseconds = -62_135_596_800_000;
    private const long MaxMilliseconds = 253_402_300_799_999;

    /// <exception cref="SchemaFault">The value does not fit the type.</exception>
    public static string Expression(AvroType type, JsonTree value) => TryExpression(type, value)
        ?? throw new SchemaFault(Rules.BadDefault, value.Offset, type is NullableType
            ? "The default of a union fits its first branch"
            : "The default does not fit the field's type");

    private static string? TryExpression(AvroType type, JsonTree value) => type switch
    {
        NullableType { NullBranch: 0 } => value.Kind == JsonTokenType.Null ? "null" : null,
        NullableType nullable => TryExpression(nullable.Inner, value),
        ArrayType array => ArrayExpression(array, value),
        EnumType symbols => symbols.Symbols.Find(s => value.Kind == JsonTokenType.String && s.Text == value.Text) is { } symbol
            ? $"{symbols.Global}.{symbol.CSharp}"
            : null,
        PrimitiveType primitive => PrimitiveExpression(primitive, value),
        _ => null,   // no record of ours has a default
    };

    private static string? ArrayExpression(ArrayType array, JsonTree value)
    {
        if (value.Kind != JsonTokenType.StartArray)
            return null;

        var items = value.Items.Select(item => TryExpression(array.Items, item)).ToList();
        return items.Contains(null) ? null : $"[{string.Join(", ", items)}]";
    }

    private static string? PrimitiveExpression(PrimitiveType type, JsonTree value)
    {
        if (type == PrimitiveType.Boolean)
            return value.Kind switch { JsonTokenType.True => "true", JsonTokenType.False => "false", _ => null };

        if (value.Kind == JsonTokenType.String && type == PrimitiveType.String)
            return SymbolDisplay.FormatLiteral(value.Text, quote: true);
        if (value.Kind == JsonTokenType.String && type == PrimitiveType.Bytes)
            return value.Text.All(static c => c <= 0xFF) ? $"[{string.Join(", ", value.Text.Select(static c => (int)c))}]" : null;
        if (value.Kind != JsonTokenType.Number)
            return null;

        if (type == PrimitiveType.Double && double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return double.IsInfinity(number) ? null : number.ToString("R", CultureInfo.InvariantCulture) + "D";
        if (!long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return null;

        return type switch
        {
            _ when type == PrimitiveType.Int && integer is >= int.MinValue and <= int.MaxValue => value.Text,
            _ when type == PrimitiveType.Long => value.Text + "L",
            _ when type == PrimitiveType.Timestamp && integer is >= MinMilliseconds and <= MaxMilliseconds =>
                $"global::System.DateTimeOffset.FromUnixTimeMilliseconds({value.Text}L)",
            _ => null,
        };
    }
}
