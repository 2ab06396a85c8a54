using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrackHub.Ingest.Json;
using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest.Tests.Webhooks;

/// <summary>Maps bodies the way the intake does.</summary>
internal static class Mapped
{
    public static Mapping Body(string gateway, ReadOnlyMemory<byte> body, DateTimeOffset? receivedAt = null)
    {
        GatewayTable.TryFind(gateway, out var found).ShouldBeTrue();
        var (document, fault) = StrictJson.Parse(body);
        fault.ShouldBeNull();
        return found!.Map(document!.RootElement, new(receivedAt ?? World.Now, "BRL"));
    }

    public static SaleEvent Single(string gateway, ReadOnlyMemory<byte> body, DateTimeOffset? receivedAt = null)
    {
        var mapping = Body(gateway, body, receivedAt);
        mapping.Fault.ShouldBeNull();
        return mapping.Events.ShouldHaveSingleItem();
    }

    /// <summary>A sample with changes made to it.</summary>
    public static SaleEvent Changed(string file, Action<JsonNode> change, DateTimeOffset? receivedAt = null) =>
        Single(file.Split('/')[0], Edit(file, change), receivedAt);

    public static byte[] Edit(string file, Action<JsonNode> change)
    {
        var node = JsonNode.Parse(Samples.Bytes(file))!;
        change(node);
        return Encoding.UTF8.GetBytes(node.ToJsonString(new JsonSerializerOptions { WriteIndented = false }));
    }
}
