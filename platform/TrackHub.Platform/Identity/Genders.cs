using System.Collections.Frozen;

namespace TrackHub.Platform.Identity;

/// <summary>Genders as Meta's <c>f</c> and <c>m</c>.</summary>
internal static class Genders
{
    // English, Portuguese and Spanish, folded to a–z.
    private static readonly FrozenSet<string> Female =
        "f fem female feminino feminina femenino femenina mulher mujer woman girl menina".Split(' ').ToFrozenSet();
    private static readonly FrozenSet<string> Male =
        "m masc male masculino masculina homem hombre man boy menino".Split(' ').ToFrozenSet();

    public static Normalized Normalize(string? value)
    {
        if (Hashes.TryPassOrDrop(value, out var hashed))
            return hashed;

        var key = Names.LookupKey(Text.Trim(value));
        if (string.IsNullOrEmpty(key))
            return Normalized.Dropped(key is null ? DropReason.Unknown : DropReason.Empty);
        if (Female.Contains(key))
            return Normalized.Of("f");
        return Male.Contains(key) ? Normalized.Of("m") : Normalized.Dropped(DropReason.Unknown);
    }
}
