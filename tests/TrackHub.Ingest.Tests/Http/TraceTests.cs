using System.Collections.Concurrent;
using System.Diagnostics;

namespace TrackHub.Ingest.Tests.Http;

public sealed class TraceTests
{
    [Fact]
    public async Task Spans_hold_neither_webhook_address_nor_key_nor_proof()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await IngestServer.StartAsync();

        await server.Client.PostAsync("/webhooks/kiwify/kiwify-path-of-spans?signature=proof-of-spans", IngestServer.Json("{}"));
        await server.Client.PostAsync($"/track/click?k={World.BrowserKey}&x=of-spans", IngestServer.Json("{}"));

        // Tests run beside each other: only the server's own spans count.
        var text = string.Join('\n', spans
            .Where(static span => span.Source.Name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal))
            .Select(static span => $"{span.DisplayName} {string.Join(';', span.TagObjects.Select(static tag => $"{tag.Key}={tag.Value}"))}"));
        text.ShouldNotBeEmpty();
        text.ShouldNotContain("of-spans");
        text.ShouldNotContain(World.BrowserKey);
    }
}
