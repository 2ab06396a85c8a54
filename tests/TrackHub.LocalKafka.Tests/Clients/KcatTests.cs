using System.Diagnostics;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>kcat lists what there is; what it writes and reads is told by docs/kafka-clients.md.</summary>
public sealed class KcatTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Fact]
    public async Task It_lists_topics_and_partitions()
    {
        var topic = await broker.CreateTopicAsync(3);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var kcat = Process.Start(new ProcessStartInfo("timeout", ["30", "kcat", "-b", broker.BootstrapServers, "-L"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var listing = await kcat.StandardOutput.ReadToEndAsync(deadline.Token);

        listing.ShouldContain($"topic \"{topic}\" with 3 partitions");
        listing.ShouldContain($"broker 1 at {broker.BootstrapServers}");
    }
}
