namespace TrackHub.Schemas.Generator;

/// <summary>Equality by content for records with lists or bytes, which the compiler's own would compare by reference.</summary>
internal static class EqualityEmitter
{
    public static bool ComparesByReference(AvroType type) => type switch
    {
        ArrayType => true,
        NullableType nullable => ComparesByReference(nullable.Inner),
        _ => type == PrimitiveType.Bytes,
    };

    public static void Emit(SourceWriter source, RecordType type)
    {
        source.Line();
        source.Line("/// <summary>Equal if all members are, lists and bytes by content.</summary>");
        source.Line($"public bool Equals({type.CSharp}? other) => other is not null");
        source.Indented(() =>
        {
            for (var i = 0; i < type.Fields.Count; i++)
            {
                var field = type.Fields[i];
                var end = i == type.Fields.Count - 1 ? ";" : "";
                source.Line($"&& {Same(field.Type, field.CSharp, "other." + field.CSharp)}{end}");
            }
        });
        source.Line();
        source.Line("/// <inheritdoc/>");
        source.Open("public override int GetHashCode()");
        source.Line("var hash = new global::System.HashCode();");
        foreach (var field in type.Fields)
            source.Line($"hash.Add({Hash(field.Type, field.CSharp)});");
        source.Line("return hash.ToHashCode();");
        source.Close();
    }

    private static string Same(AvroType type, string left, string right) => Unwrapped(type) switch
    {
        ArrayType array when ComparesByReference(array.Items) =>
            $"AvroEquality.Same({left}, {right}, static (x, y) => {Same(array.Items, "x", "y")})",
        _ when ComparesByReference(type) => $"AvroEquality.Same({left}, {right})",
        _ => $"global::System.Collections.Generic.EqualityComparer<{RecordEmitter.TypeName(type)}>.Default.Equals({left}, {right})",
    };

    private static string Hash(AvroType type, string value) => Unwrapped(type) switch
    {
        ArrayType array when ComparesByReference(array.Items) => $"AvroEquality.Hash({value}, static x => {Hash(array.Items, "x")})",
        _ when ComparesByReference(type) => $"AvroEquality.Hash({value})",
        _ => value,
    };

    private static AvroType Unwrapped(AvroType type) => type is NullableType nullable ? nullable.Inner : type;
}
