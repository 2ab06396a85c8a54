using FsCheck;
using FsCheck.Fluent;
using TrackHub.Ingest.Tracking;

namespace TrackHub.Ingest.Tests;

/// <summary>What is sliced out of an address is what the framework's own parser gives for it.</summary>
public sealed class AddressPartsTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(20_000);

    // Pieces that make sound addresses, and those at which slicing and parsing could part.
    private static readonly string[] Schemes = ["https://", "http://", "HTTPS://", "ftp://", "https:/", "https:", "//", ""];

    private static readonly string[] Hosts =
    [
        "loja.example.com", "example.com", "a-b.example", "127.0.0.1", "1.2", "0x7f.example", "example.1", "example.0x1", "xn--bcher-kva.example", "bücher.example",
        "Example.com", "a_b.example", "-a.example", "a-.example", "a..example", "example.com.", ".example", "localhost", "[::1]", "u:p@example.com", "example.com:443",
        "example.com:80", "example.com:8080", "a b.example", new string('a', 64) + ".example", "a%41.example",
    ];

    private static readonly string[] Rests =
    [
        "", "/", "?", "#", "a", "Z9", "-._~", "..", "/.", "/..", "//", "\\", "%41", "%2e", "%2F", "%7C", "%7c", "%20", "%C3%A9", "%c3", "%", "%4", "%zz", "%00", "%25", " ", "\t",
        "é", "😀", "\u00ad", "@", ":", ";", ",", "+", "&", "=", "utm_source=FB", "fbclid=Iw_0", "|", "'", "\"", "<", "[", "]", "{", "^", "`", "(", "*", "!", "$", "/oferta",
    ];

    private static readonly Gen<string> Addresses =
        from scheme in Gen.Frequency((8, Gen.Elements(Schemes[..2])), (1, Gen.Elements(Schemes)))
        from host in Gen.Frequency((3, Gen.Elements(Hosts[..3])), (2, Gen.Elements(Hosts)))
        from rest in Gen.Elements(Rests).ListOf()
        select scheme + host + string.Concat(rest);

    [Fact]
    public void Slices_are_what_the_framework_parses()
    {
        Check.One(Many, Prop.ForAll(Addresses.ToArbitrary(), IsAsParsed));
        Check.One(Many, Prop.ForAll<string>(text => IsAsParsed("https://loja.example.com/" + text)));
    }

    [Fact]
    public void Each_character_and_each_escape_is_taken_as_the_framework_takes_it()
    {
        for (var c = 0; c < 0x300; c++)
        {
            foreach (var address in new[] { $"https://a{(char)c}b.example/", $"https://a.example/b{(char)c}c", $"https://a.example/?b={(char)c}c", $"https://a.example/#{(char)c}" })
                IsAsParsed(address).ShouldBeTrue($"character {c:x}");
        }

        for (var c = 0; c < 0x100; c++)
        {
            foreach (var address in new[] { $"https://a.example/%{c:X2}", $"https://a.example/?b=%{c:X2}", $"https://a.example/?b=%{c:x2}#%{c:x2}", $"https://a.example/?b=%{c:x2}%{c:x2}" })
                IsAsParsed(address).ShouldBeTrue($"escape {c:x}");
        }
    }

    [Theory]
    [InlineData("https://loja.example.com/oferta?utm_source=FB&utm_campaign=exemplo%7C120200000000000001&fbclid=Iw_0-a")]
    [InlineData("http://example.com/")]
    [InlineData("https://pay.example.com/a/b-c_d.html#top")]
    public void Usual_addresses_are_sliced(string address) => AddressParts.TrySlice(address.AsMemory(), out _).ShouldBeTrue();

    private static bool IsAsParsed(string address)
    {
        if (!AddressParts.TrySlice(address.AsMemory(), out var parts))
            return true;

        var uri = new Uri(address, UriKind.Absolute);
        return uri.IsDefaultPort
            && uri.Scheme == parts.Scheme.ToString() && uri.IdnHost == parts.Host.ToString()
            && uri.AbsolutePath == parts.Path.ToString() && uri.Query == parts.Query.ToString();
    }
}
