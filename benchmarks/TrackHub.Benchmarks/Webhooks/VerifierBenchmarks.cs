using BenchmarkDotNet.Attributes;
using TrackHub.Ingest.Webhooks;

namespace TrackHub.Benchmarks.Webhooks;

/// <summary>The proof of a webhook on its raw bytes, one operation per gateway of the table; two secrets are tried each time.</summary>
[MemoryDiagnoser]
public class VerifierBenchmarks
{
    private SignedDelivery _delivery = null!;   // Setup
    private IGateway _gateway = null!;          // Setup

    /// <summary>Every gateway.</summary>
    public static IEnumerable<string> Gateways => GatewayTable.All.Select(static gateway => gateway.Name);

    /// <summary>Gateway.</summary>
    [ParamsSource(nameof(Gateways))]
    public string Gateway { get; set; } = "";

    /// <summary>Makes the delivery.</summary>
    /// <exception cref="InvalidOperationException">It does not verify.</exception>
    [GlobalSetup]
    public void Setup()
    {
        GatewayTable.TryFind(Gateway, out var gateway);
        (_gateway, _delivery) = (gateway!, SignedDelivery.Of(Gateway));
        if (Verify() is null)
            throw new InvalidOperationException($"The sample of {Gateway} does not verify.");
    }

    /// <summary>Verifies a right proof.</summary>
    [Benchmark]
    public string? Verify()
    {
        using var webhook = new Webhook(_delivery.Body, _delivery.Headers, _delivery.Query, _delivery.ReceivedAt);
        return _gateway.Verify(webhook, _delivery.Secrets).Step;
    }
}
