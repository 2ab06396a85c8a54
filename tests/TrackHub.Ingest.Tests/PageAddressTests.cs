using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.WebUtilities;
using TrackHub.Ingest.Json;
using TrackHub.Ingest.Tracking;

namespace TrackHub.Ingest.Tests;

/// <summary>Parameters of an address are decoded as the framework decodes them.</summary>
public sealed class PageAddressTests
{
    private static readonly string[] Pieces =
        ["a", "Z9", "+", "%41", "%2B", "%20", "%7C", "%C3%A9", "%c3", "%", "%4", "%zz", "%00", "%1F", "%EF%BB%BF", "é", "😀", " ", "null", "=", "%26", new('x', 600)];

    [Fact]
    public void Any_parameter_is_decoded_as_by_the_framework() => Prop.ForAll(Gen.Elements(Pieces).ListOf().Select(string.Concat).ToArbitrary(), static value =>
    {
        var text = $"https://loja.example.com/oferta?x=1&utm_source={value}&gclid={value}&fbclid={value}&utm_term=last".AsMemory();
        AddressParts.TrySplit(text, out var parts).ShouldBeTrue();
        var expected = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in new QueryStringEnumerable(parts.Query))
            expected.TryAdd(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
        var arena = new TextArena(64);

        PageAddress.TryRead(text, ref arena, out var address).ShouldBeTrue();

        address.Utm.Source.ToString().ShouldBe(TolerantReads.Clean(expected["utm_source"]) ?? "");
        address.Gclid.ToString().ShouldBe(TolerantReads.Clean(expected["gclid"]) ?? "");
        address.Fbclid.ToString().ShouldBe(expected["fbclid"]);
        address.Utm.Term.ToString().ShouldBe("last");
        arena.Dispose();
    }).QuickCheckThrowOnFailure();
}
