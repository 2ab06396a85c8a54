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
        var (webhook, secrets) = SignatureVectors.Read(vector);
        using var delivery = webhook;

        var proof = gateway!.Verify(delivery, secrets);

        proof.Holds.ShouldBe(vector.GetProperty("expect").GetString() == "valid", vector.GetProperty("name").GetString());
    }
}
