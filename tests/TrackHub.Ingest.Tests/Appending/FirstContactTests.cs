using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Listening;
using TrackHub.Ingest.Spooling;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;

namespace TrackHub.Ingest.Tests.Appending;

public sealed class FirstContactTests
{
    [Fact]
    public async Task Nobody_is_ready_before_log_and_registry_have_been_asked()
    {
        // Port 1 belongs to no broker: whoever is asked there does not answer.
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("Kafka:BootstrapServers", "127.0.0.1:1"), new("SchemaRegistry:Url", "http://127.0.0.1:1")]);
        builder.AddStreams();
        builder.AddSection<IngestOptions>(IngestOptions.Section);
        builder.Services.AddSingleton<IngestMetrics>().AddSingleton<Spool>();
        builder.Services.AddHostedService<FirstContact>();
        await using var app = builder.Build();
        var loops = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();

        foreach (var loop in loops)
            await loop.StartAsync(CancellationToken.None);
        var states = app.Services.GetRequiredService<Readiness>().States.ToDictionary();
        foreach (var loop in loops)
            await loop.StopAsync(CancellationToken.None);

        states.Keys.Order().ShouldBe(["first_contact", "kafka"]);
        states.Values.ShouldAllBe(static state => !state.Ready && state.Reason != null);
    }
}
