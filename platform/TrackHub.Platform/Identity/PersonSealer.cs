using System.Buffers;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Platform.Identity;

/// <summary>A value of a person that was not taken.</summary>
/// <param name="Field">Meta's key: em, ph, fn …</param>
/// <param name="Reason">Why.</param>
public readonly record struct DroppedValue(string Field, DropReason Reason);

/// <summary>What an event may carry of a person.</summary>
/// <param name="Keys">Blind indexes for matching.</param>
/// <param name="UserData">Meta's user data, sealed; null when nothing is known.</param>
/// <param name="Region">State as a coarse trait: the UF in Brazil, lower case; null when unknown or given as a hash.</param>
/// <param name="Country">ISO 3166-1 alpha-2, lower case, likewise.</param>
/// <param name="Dropped">Values given and not taken, for counters.</param>
public readonly record struct SealedPerson(
    MatchKeys Keys, SealedBox? UserData, string? Region, string? Country, IReadOnlyList<DroppedValue> Dropped)
{
    /// <summary>Keys and user data alone.</summary>
    public void Deconstruct(out MatchKeys keys, out SealedBox? userData) => (keys, userData) = (Keys, UserData);
}

/// <summary>The one place where a person's clear data ends: normalised, hashed, indexed and sealed. Thread-safe.</summary>
public sealed class PersonSealer(Sealer sealer)
{
    private const int MaxUserAgent = 1024;
    private const int MaxCookie = 1024;

    // Four hashes of each field would not fit; nearly nobody has them.
    private const int UsualUserData = 2 * 1024;
    private const int MaxIndexes = ((int)IndexKind.UserAgent + 1) * BlindIndex.Bytes;

    /// <summary>Turns a person's data into what an event may carry.</summary>
    /// <param name="brand">Brand of the event: its index key, tenant and default country.</param>
    /// <param name="person">What is known; left unchanged.</param>
    /// <param name="now">Time of writing: names the day key.</param>
    /// <exception cref="KeyGoneException">The day has no secret.</exception>
    public SealedPerson Seal(Brand brand, PersonData person, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(person);
        using var visitor = Seal(brand, person.ToVisitor(), now);
        return visitor.ToPerson();
    }

    /// <inheritdoc cref="Seal(Brand, PersonData, DateTimeOffset)"/>
    /// <remarks>Allocates nothing for a visitor of whom no more than device and cookies is known.</remarks>
    public SealedVisitor Seal(Brand brand, scoped VisitorData visitor, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(brand);
        List<DroppedValue>? dropped = null;
        scoped var facts = visitor.Known is { } known ? PersonGathering.Of(brand, known, ref dropped) : new();
        Span<char> address = stackalloc char[2 * VisitorAddress.MaxText];
        var ip = PersonGathering.AddressOf(visitor, ref dropped);
        facts.Ip = address[..ip.WriteText(address)];
        facts.IpPrefix = address.Slice(VisitorAddress.MaxText, ip.WritePrefix(address[VisitorAddress.MaxText..]));
        facts.UserAgent = PersonGathering.Bounded(visitor.UserAgent, MaxUserAgent, "client_user_agent", ref dropped);
        facts.Fbp = PersonGathering.CookieOf(visitor.Fbp, MaxCookie, "fbp", Fbp.IsValid, ref dropped);
        facts.Fbc = PersonGathering.CookieOf(visitor.Fbc, MaxCookie, "fbc", static text => Fbc.TryParse(text, out _), ref dropped);

        // A click id of the page address that is not the cookie's is newer and makes a new cookie; the same one keeps the cookie with its time.
        Span<char> cookie = stackalloc char[MaxCookie + Fbc.MostAround];
        var fbclid = PersonGathering.Bounded(visitor.Fbclid, MaxCookie, "fbclid", ref dropped);
        var cookies = Fbc.ClickIdOf(facts.Fbc);
        facts.ClickId = fbclid.IsEmpty ? cookies : fbclid;
        if (!fbclid.IsEmpty && !fbclid.SequenceEqual(cookies))
            facts.Fbc = cookie[..Fbc.Write(cookie, fbclid, visitor.FbclidSeenAt ?? now)];
        return Seal(brand, facts, now, (IReadOnlyList<DroppedValue>?)dropped ?? []);
    }

    private SealedVisitor Seal(Brand brand, scoped PersonFacts facts, DateTimeOffset now, IReadOnlyList<DroppedValue> dropped)
    {
        var clear = ArrayPool<byte>.Shared.Rent(UsualUserData);
        try
        {
            var length = 0;
            while (!facts.IsEmpty && !facts.TryEncode(brand.Settings.DefaultCountry, clear, out length))
                Grow(ref clear);

            // All that leaves, in one buffer: the indexes, then the box.
            var (rented, key) = (ArrayPool<byte>.Shared.Rent(MaxIndexes + Sealer.BoxBytes(length)), KeyRef.Day(now));
            var box = rented.AsSpan(MaxIndexes, Sealer.BoxBytes(length));
            if (!facts.IsEmpty)
                sealer.Seal(brand.TenantId, SealPurpose.UserData, clear.AsSpan(0, length), key, box);
            return new(rented)
            {
                Keys = new()
                {
                    Email = Index(brand, IndexKind.Email, facts.Email.Indexed, rented),
                    Phone = Index(brand, IndexKind.Phone, facts.Phone.Indexed, rented),
                    Fbclid = Index(brand, IndexKind.Fbclid, facts.ClickId, rented),
                    ExternalId = Index(brand, IndexKind.ExternalId, facts.ExternalId.Indexed, rented),
                    Ip = Index(brand, IndexKind.Ip, facts.Ip, rented),
                    IpPrefix = Index(brand, IndexKind.IpPrefix, facts.IpPrefix, rented),
                    UserAgent = Index(brand, IndexKind.UserAgent, facts.UserAgent, rented),
                },
                HasUserData = !facts.IsEmpty,
                UserData = new() { KeyId = key.Id, Box = box },
                Region = facts.State.Clear,
                Country = facts.Country.Clear,
                Dropped = dropped,
            };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(clear, clearArray: true);   // it held a person
        }
    }

    // Each kind has its own place.
    private static ReadOnlySpan<byte> Index(Brand brand, IndexKind kind, scoped ReadOnlySpan<char> value, byte[] room)
    {
        if (value.IsEmpty)
            return default;

        var index = room.AsSpan((int)kind * BlindIndex.Bytes, BlindIndex.Bytes);
        BlindIndex.Write(brand, kind, value, index);
        return index;
    }

    private static void Grow(ref byte[] clear)
    {
        var larger = ArrayPool<byte>.Shared.Rent(clear.Length * 2);
        ArrayPool<byte>.Shared.Return(clear, clearArray: true);
        clear = larger;
    }
}
