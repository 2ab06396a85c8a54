using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.Tests.Identity;

/// <summary>A brand and keys in memory.</summary>
internal static class TestBrand
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    public static Brand New(string id = "abc123def456", string tenantId = "ten_one", byte keyByte = 7, BrandSettings? settings = null) => new(
        id, tenantId, "Loja", "America/Sao_Paulo", "BRL", ConsentBasis.Granted,
        new(Enumerable.Repeat(keyByte, 32).ToArray()), settings ?? BrandSettings.Default);

    public static KeyRing Ring(params DateOnly[] days)
    {
        var ring = new KeyRing();
        var first = DateOnly.FromDateTime(Now.UtcDateTime);
        ring.Publish(
            (days.Length > 0 ? days : [first]).Select((day, i) => KeyValuePair.Create(day, Enumerable.Repeat((byte)(i + 1), 32).ToArray())),
            [KeyValuePair.Create("ten_one", Enumerable.Repeat((byte)100, 32).ToArray()), KeyValuePair.Create("ten_two", Enumerable.Repeat((byte)101, 32).ToArray())]);
        return ring;
    }
}
