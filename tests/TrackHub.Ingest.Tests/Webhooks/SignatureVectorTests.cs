using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class SignatureVectorTests
{
    public static TheoryData<int> Vectors => [.. Enumerable.Range(0, Samples.Vectors.Count)];

    [Fact]
    public void Every_gateway_has_a_vector_that_verifies() =>
        Samples.Vectors.Where(static vector => vector.GetProperty("expect").GetString() == "valid").Select(static vector => vector.GetProperty("gateway").GetString())
            .Distinct().Order().ShouldBe(GatewayTable.All.Select(static gateway => gateway.Name).Order());

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_vector_verifies_as_it_says(int index)
    {
        var vector = Samples.Vectors[index];
        GatewayTable.TryFind(vector.GetProperty("gateway").GetString(), out var gateway).ShouldBeTrue();
        var headers = new HeaderDictionary();
        if (vector.TryGetProperty("headers", out var given))
        {
            foreach (var header in given.EnumerateObject())
                headers[header.Name] = header.Value.GetString();
        }

        var query = new QueryCollection(QueryHelpers.ParseQuery(vector.TryGetProperty("query", out var text) ? text.GetString() : ""));
        var now = vector.TryGetProperty("now", out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds.GetInt64()) : World.Now;
        using var webhook = new Webhook(Encoding.UTF8.GetBytes(vector.GetProperty("body").GetString()!), headers, query, now);
        var secrets = Secrets.Of(World.Connection("path", gateway!.Name, isActive: true, vector.GetProperty("key").GetString()!).Value, now, out _);

        var proof = gateway.Verify(webhook, secrets);

        proof.Holds.ShouldBe(vector.GetProperty("expect").GetString() == "valid", vector.GetProperty("name").GetString());
    }
}
