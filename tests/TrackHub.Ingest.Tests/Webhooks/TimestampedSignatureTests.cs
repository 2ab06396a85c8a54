using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class TimestampedSignatureTests
{
    private const string Header = "Stripe-Signature";
    private static readonly byte[] Secret = "whsec_example_0000000001"u8.ToArray();
    private static readonly byte[] Former = "whsec_example_0000000000"u8.ToArray();
    private static readonly byte[] Body = """{"id":"evt_1"}"""u8.ToArray();
    private static readonly long Now = World.Now.ToUnixTimeSeconds();

    [Theory]
    [InlineData(0, true)]
    [InlineData(299, true)]
    [InlineData(-299, true)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void The_window_is_300_seconds_to_either_side(int away, bool holds)
    {
        var time = $"{Now - away}";

        Verify($"t={time},v1={Sign(time)}").ShouldBe(holds ? new Proof("v1") : Proof.Stale);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("2147483648")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999")]
    [InlineData("soon")]
    [InlineData("1e9")]
    [InlineData("1789060200.5")]
    public void A_signed_time_that_is_none_or_far_away_is_stale(string time) => Verify($"t={time},v1={Sign(time)}").ShouldBe(Proof.Stale);

    [Fact]
    public void Milliseconds_are_not_taken_for_seconds() => Verify($"t={Now * 1000},v1={Sign($"{Now * 1000}")}").ShouldBe(Proof.Stale);

    [Fact]
    public void A_time_out_of_window_says_nothing_to_who_knows_no_secret() => Verify($"t={Now - 1000},v1={new string('0', 64)}").ShouldBe(Proof.None);

    [Fact]
    public void Any_signature_under_any_secret_suffices()
    {
        Verify($"t={Now},v1={new string('0', 64)},v1={Sign($"{Now}")}").Holds.ShouldBeTrue();
        Verify($"t={Now},v0=1,v1={Sign($"{Now}", Former)}").Holds.ShouldBeTrue();
        Verify($"v1={Sign($"{Now}")}, t={Now}").Holds.ShouldBeTrue();
    }

    [Fact]
    public void What_is_not_one_time_and_a_few_signatures_proves_nothing()
    {
        var right = Sign($"{Now}");

        Verify().ShouldBe(Proof.None);
        Verify("").ShouldBe(Proof.None);
        Verify($"t={Now}").ShouldBe(Proof.None);
        Verify($"v1={right}").ShouldBe(Proof.None);
        Verify($"t={Now},t={Now},v1={right}").ShouldBe(Proof.None);
        Verify($"t={Now},v0={right}").ShouldBe(Proof.None);
        Verify($"t={Now},v1=").ShouldBe(Proof.None);
        Verify($"t={Now},v1={right[..^2]}").ShouldBe(Proof.None);
        Verify($"t={Now},{string.Concat(Enumerable.Repeat($"v1={right},", 5))}").ShouldBe(Proof.None);
        Verify($"t={Now},v1={right}", $"t={Now},v1={right}").ShouldBe(Proof.None);
    }

    [Fact]
    public void Another_body_is_not_signed() => Verify($"t={Now},v1={Sign($"{Now}", Secret, "{}"u8)}").ShouldBe(Proof.None);

    [Theory]
    [InlineData("sha256=", false)]
    [InlineData("", false)]
    [InlineData("", true)]
    public void A_plain_signature_is_hex_in_either_case_or_base64(string prefix, bool isUpper)
    {
        var hash = HMACSHA256.HashData(Secret, Body);
        var hex = isUpper ? Convert.ToHexString(hash) : Convert.ToHexStringLower(hash);

        HmacSha256.AnyMatches(Body, prefix + hex, [Former, Secret]).ShouldBeTrue();
        HmacSha256.AnyMatches(Body, prefix + Convert.ToBase64String(hash), [Former, Secret]).ShouldBeTrue();
        HmacSha256.AnyMatches(Body, prefix + hex, [Former]).ShouldBeFalse();
        HmacSha256.AnyMatches(Body, prefix + hex[1..], [Secret]).ShouldBeFalse();
        HmacSha256.AnyMatches(Body, prefix + new string('z', hex.Length), [Secret]).ShouldBeFalse();
        HmacSha256.AnyMatches(Body, null, [Secret]).ShouldBeFalse();
    }

    private static string Sign(string time, byte[]? secret = null, ReadOnlySpan<byte> body = default) => Convert.ToHexStringLower(
        HMACSHA256.HashData(secret ?? Secret, (byte[])[.. Encoding.ASCII.GetBytes(time + "."), .. body.IsEmpty ? Body : body]));

    private static Proof Verify(params string[] header)
    {
        var headers = new HeaderDictionary();
        if (header.Length > 0)
            headers[Header] = header;
        using var webhook = new Webhook(Body, headers, QueryCollection.Empty, World.Now);
        return TimestampedSignature.Verify(webhook, Header, [Former, Secret]);
    }
}
