using System.Security.Cryptography;
using System.Text;
using TrackHub.Ingest.Webhooks.Kiwify;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class KiwifySignatureTests
{
    private static readonly byte[] Token = Encoding.UTF8.GetBytes(World.KiwifyToken);
    private static readonly byte[] Other = Encoding.UTF8.GetBytes("anothertoken00002");

    [Fact]
    public void The_raw_body_is_tried_first()
    {
        var body = """{"order_id": "1"}"""u8;

        KiwifySignature.Verify(body, Sign(body), [Token]).ShouldBe("raw");
    }

    [Fact]
    public void Either_of_two_secrets_proves()
    {
        var body = """{"order_id":"1"}"""u8;

        KiwifySignature.Verify(body, Sign(body), [Other, Token]).ShouldBe("raw");
        KiwifySignature.Verify(body, Sign(body), [Token, Other]).ShouldBe("raw");
        KiwifySignature.Verify(body, Sign(body), [Other, Other]).ShouldBeNull();
    }

    [Fact]
    public void The_wrapper_is_proved_by_its_own_or_the_querys_signature_over_the_raw_order()
    {
        var order = """{ "order_id" : "1" }""";
        var signature = Sign(Encoding.UTF8.GetBytes(order));

        KiwifySignature.Verify(Encoding.UTF8.GetBytes($$"""{"signature":"{{signature}}","order":{{order}}}"""), null, [Token]).ShouldBe("order");
        KiwifySignature.Verify(Encoding.UTF8.GetBytes($$"""{"url":"x","order":{{order}}}"""), signature, [Token]).ShouldBe("order");
        KiwifySignature.Verify(Encoding.UTF8.GetBytes($$$"""{"signature":"{{{signature}}}","order":{"order_id":"2"}}"""), null, [Token]).ShouldBeNull();
    }

    [Fact]
    public void What_JavaScript_would_write_proves_as_well()
    {
        var compact = """{"nome":"São \"Paulo\"/ç","n":1.5}""";
        var signature = Sign(Encoding.UTF8.GetBytes(compact));
        var pretty = """{ "nome" : "S\u00e3o \"Paulo\"\/ç", "n" : 1.50 }""";

        KiwifySignature.Verify(Encoding.UTF8.GetBytes(pretty), signature, [Token]).ShouldBe("compact");
        KiwifySignature.Verify(Encoding.UTF8.GetBytes($$"""{"signature":"{{signature}}","order":{{pretty}}}"""), null, [Token]).ShouldBe("compact");
    }

    [Fact]
    public void A_wrapper_is_not_proved_by_a_signature_over_something_beside_the_order()
    {
        var signature = Sign("""{"order_id":"1"}"""u8);
        var body = $$$"""{"decoy":{"order_id":"1"},"signature":"{{{signature}}}","order":{"order_id":"2"}}""";

        KiwifySignature.Verify(Encoding.UTF8.GetBytes(body), signature, [Token]).ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("5d56")]
    [InlineData("zz56a3425ee6838a7e291f90497b35ae0c8290fe")]
    [InlineData("?signature=")]
    public void Anything_else_proves_nothing(string? signature) =>
        KiwifySignature.Verify("not json"u8, signature, [Token]).ShouldBeNull();

    private static string Sign(ReadOnlySpan<byte> message) =>
#pragma warning disable CA5350 // The gateway's protocol.
        Convert.ToHexStringLower(HMACSHA1.HashData(Token, message));
#pragma warning restore CA5350
}
