using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Hosting;

public sealed class LocalKafkaHostTests
{
    [Fact]
    public async Task Wrong_options_stop_the_start_and_are_all_named()
    {
        var options = new LocalKafkaOptions { DataDirectory = "", Host = "0.0.0.0", Port = 70000, DefaultPartitions = 0 };

        var refusal = await Should.ThrowAsync<OptionsValidationException>(() => LocalKafkaHost.StartAsync(options, NullLoggerFactory.Instance));

        refusal.Failures.Count().ShouldBe(4);
        foreach (var name in new[] { "DataDirectory", "Host", "Port", "DefaultPartitions" })
            refusal.Message.ShouldContain(name);
    }

    [Fact]
    public async Task A_second_broker_on_the_same_folder_is_refused_and_the_first_goes_on()
    {
        using var broker = await TestBroker.RunAsync();
        var options = new LocalKafkaOptions { DataDirectory = broker.DataDirectory, Port = 0, RegistryPort = 0 };

        (await Should.ThrowAsync<IOException>(() => LocalKafkaHost.StartAsync(options, NullLoggerFactory.Instance))).Message.ShouldContain("in use");

        (await broker.CreateTopicAsync()).ShouldNotBeEmpty();
        await broker.DisposeAsync();
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var broker = await TestBroker.RunAsync();
        using var folder = await TestBroker.RunAsync();
        await folder.DisposeAsync();
        var options = new LocalKafkaOptions { DataDirectory = folder.DataDirectory, Port = broker.Port, RegistryPort = 0 };

        (await Should.ThrowAsync<IOException>(() => LocalKafkaHost.StartAsync(options, NullLoggerFactory.Instance))).Message.ShouldContain($"127.0.0.1:{broker.Port}");

        await broker.DisposeAsync();
    }

    [Fact]
    public async Task It_stops_without_waiting_for_clients_that_wait()
    {
        using var broker = await TestBroker.RunAsync();
        var topic = await broker.CreateTopicAsync();
        using var consumer = broker.Consumer(static config => config.FetchWaitMaxMs = 60_000);
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        consumer.Consume(TimeSpan.FromMilliseconds(300)).ShouldBeNull();

        var started = Stopwatch.GetTimestamp();
        await broker.DisposeAsync();

        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task It_starts_and_stops_with_a_generic_host()
    {
        var directory = Directory.CreateTempSubdirectory("hosted-").FullName;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLocalKafka(options => (options.DataDirectory, options.Port, options.RegistryPort) = (directory, 0, 0));
        using var host = builder.Build();
        var service = host.Services.GetRequiredService<LocalKafkaService>();

        service.Parts["kafka"].ShouldBe("recovering the log");
        await host.StartAsync();
        service.Parts.ShouldBe([new("kafka", null), new("schema_registry", null), new("disk", null)], ignoreOrder: true);
        var metadata = RawClient.Frame(new MetadataRequest(), version: 0);
        using (var client = await RawClient.ConnectAsync(service.Broker!.Port))
            (await client.SendAsync(metadata)).ShouldNotBeNull();
        await host.StopAsync();

        service.Broker.ShouldBeNull();
        service.Parts["kafka"].ShouldBe("stopping");
        Directory.Delete(directory, recursive: true);
    }
}
