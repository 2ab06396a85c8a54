namespace TrackHub.Schemas;

/// <summary>Equality by content of what generated records hold by reference.</summary>
internal static class AvroEquality
{
    public static bool Same(byte[]? x, byte[]? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && x.AsSpan().SequenceEqual(y));

    public static bool Same<T>(IReadOnlyList<T>? x, IReadOnlyList<T>? y) => Same(x, y, EqualityComparer<T>.Default.Equals);

    public static bool Same<T>(IReadOnlyList<T>? x, IReadOnlyList<T>? y, Func<T, T, bool> same)
    {
        if (ReferenceEquals(x, y))
            return true;
        if (x is null || y is null || x.Count != y.Count)
            return false;

        for (var i = 0; i < x.Count; i++)
        {
            if (!same(x[i], y[i]))
                return false;
        }

        return true;
    }

    public static int Hash(byte[]? value)
    {
        var hash = new HashCode();
        hash.AddBytes(value);
        return hash.ToHashCode();
    }

    public static int Hash<T>(IReadOnlyList<T>? list) => Hash(list, static item => item?.GetHashCode() ?? 0);

    public static int Hash<T>(IReadOnlyList<T>? list, Func<T, int> hashOf)
    {
        var hash = new HashCode();
        for (var i = 0; i < list?.Count; i++)
            hash.Add(hashOf(list[i]));
        return hash.ToHashCode();
    }
}
