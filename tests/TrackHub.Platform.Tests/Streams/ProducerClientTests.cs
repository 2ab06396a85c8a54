using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tests.Streams.Native;
using TrackHub.Testing;

namespace TrackHub.Platform.Tests.Streams;

/// <summary>Against the mock broker inside librdkafka.</summary>
public sealed class ProducerClientTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StreamMetrics _metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
    private ProducerClient _client = null!;

    public Task InitializeAsync()
    {
        var kafka = new KafkaOptions { BootstrapServers = "127.0.0.1:1", Properties = { ["test.mock.num.brokers"] = "1" } };
        _client = new(kafka, new(), _metrics, TimeProvider.System, NullLogger.Instance);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        _metrics.Dispose();
    }

    [Fact]
    public async Task After_a_fatal_error_the_next_record_goes_by_a_new_connection()
    {
        var first = _client.Current();
        await SendAsync(first);
        _client.Current().ShouldBeSameAs(first);

        FatalErrors.Raise(first.Producer);
        Should.Throw<LogUnavailableException>(() => first.TryProduce("topic", default, "x"u8, new(), null, token: 0)).Reason.ShouldBe(LogFault.Away);

        var second = _client.Current();
        second.ShouldNotBeSameAs(first);
        await SendAsync(second);
    }

    [Fact]
    public async Task What_the_producer_is_told_of_an_error_of_its_own_accord_breaks_the_connection_too()
    {
        var first = _client.Current();

        FatalErrors.Raise(first.Producer);

        await Eventually.Holds(() => first.IsBroken, Patience);
    }

    [Fact]
    public async Task Closed_with_a_record_under_way_it_waits_for_it_and_opens_no_more()
    {
        var reports = new PendingReports(_client.Current().Slots, 1);
        _client.Current().TryProduce("topic", default, "x"u8, new(), null, reports.Token).ShouldBeTrue();
        reports.Sent(1);

        await _client.DisposeAsync();

        reports.Completion.IsCompleted.ShouldBeTrue();
        (await reports.Completion).ShouldBe(ErrorCode.NoError);
        Should.Throw<ObjectDisposedException>(_client.Current);
    }

    private static async Task SendAsync(ProducerConnection connection)
    {
        var reports = new PendingReports(connection.Slots, 1);
        connection.TryProduce("topic", default, "x"u8, new(), null, reports.Token).ShouldBeTrue();
        reports.Sent(1);
        (await reports.Completion.WaitAsync(Patience)).ShouldBe(ErrorCode.NoError);
    }
}
