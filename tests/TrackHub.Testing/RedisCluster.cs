using System.Globalization;

namespace TrackHub.Testing;

/// <summary>A real Redis Cluster of three masters without replicas, on free ports.</summary>
public sealed class RedisCluster : IDisposable
{
    private const int Masters = 3;
    private const int Slots = 16_384;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private RedisCluster(IReadOnlyList<RedisServer> nodes) => Nodes = nodes;

    /// <summary>Its masters; each serves a third of the slots.</summary>
    public IReadOnlyList<RedisServer> Nodes { get; }

    /// <summary>Hosts and ports, separated by commas.</summary>
    public string Endpoint => string.Join(',', Nodes.Select(static node => node.Endpoint));

    /// <summary>Starts one; every slot is served when this returns.</summary>
    public static async Task<RedisCluster> StartAsync()
    {
        var nodes = new List<RedisServer>();
        for (var i = 0; i < Masters; i++)
        {
            var bus = FreePorts.Next();
            var node = await RedisServer.StartAsync(bus);
            nodes.Add(node);
            await AskAsync(node, string.Create(CultureInfo.InvariantCulture, $"CLUSTER ADDSLOTSRANGE {i * Slots / Masters} {((i + 1) * Slots / Masters) - 1}"));
            if (i > 0)
                await AskAsync(nodes[0], string.Create(CultureInfo.InvariantCulture, $"CLUSTER MEET 127.0.0.1 {node.Port} {bus}"));
        }

        foreach (var node in nodes)
        {
            await Eventually.Holds(
                async () =>
                {
                    var info = await node.AskAsync("CLUSTER INFO");
                    return info.Contains("cluster_state:ok", StringComparison.Ordinal) && info.Contains($"cluster_size:{Masters}", StringComparison.Ordinal);
                },
                Patience);
        }

        return new(nodes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var node in Nodes)
            node.Dispose();
    }

    private static async Task AskAsync(RedisServer node, string command)
    {
        var answer = await node.AskAsync(command);
        if (answer != "+OK")
            throw new InvalidOperationException($"{command}: {answer}");
    }
}
