using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TrackHub.Ingest.Webhooks;

namespace TrackHub.Ingest.Tests.Webhooks;

/// <summary>Maps bodies the way the intake does.</summary>
internal static class Mapped
{
    public static Mapping Body(string gateway, ReadOnlyMemory<byte> body, DateTimeOffset? receivedAt = null)
    {
        GatewayTable.TryFind(gateway, out var found).ShouldBeTrue();
        var headers = new HeaderDictionary();
        if (body.Span[0] is not ((byte)'{' or (byte)'['))
            headers["Content-Type"] = "application/x-www-form-urlencoded";
        using var webhook = new Webhook(body, headers, QueryCollection.Empty, receivedAt ?? World.Now);
        var mapping = found!.Map(webhook.Root, new(webhook.ReceivedAt, "BRL"));
        webhook.Fault.ShouldBeNull();
        return mapping;
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
