using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class SignatureVectorTests
{
    public static TheoryData<int> Vectors => [.. Enumerable.Range(0, Samples.Vectors.Count)];

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
        using var webhook = new Webhook(Encoding.UTF8.GetBytes(vector.GetProperty("body").GetString()!), headers, query);
        var secrets = Secrets.Of(World.Connection("path", gateway!.Name, isActive: true, vector.GetProperty("key").GetString()!).Value, World.Now, out _);

        var proof = gateway.Verify(webhook, secrets);

        (proof is not null).ShouldBe(vector.GetProperty("expect").GetString() == "valid", vector.GetProperty("name").GetString());
    }
}
