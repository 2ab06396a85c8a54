using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Streams;

public sealed class TopicAdminTests
{
    [Fact]
    public async Task A_cluster_is_made_to_agree_with_the_catalogue_and_what_cannot_be_is_told()
    {
        await using var broker = await TestMachine.StartBrokerAsync(TestFolder.Next("kafka"));
        await using var host = await TestHost.CreateAsync(new(broker.BootstrapServers, broker.RegistryAddress));
        using var client = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await client.CreateTopicsAsync([new() { Name = "parked", NumPartitions = 3, ReplicationFactor = 1, Configs = new() { ["retention.ms"] = "1000" } }]);
        var admin = host.Services.GetTopicAdmin();

        (await admin.ApplyAsync(default)).Count.ShouldBe(Topics.All.Count - 1 + 3);

        (await admin.DiffAsync(default)).ShouldBe([new TopicDrift("parked", "partitions", "12", "3")]);
        (await admin.ApplyAsync(default)).Count.ShouldBe(1);
        var topics = await admin.ListAsync(default);
        topics.Select(topic => topic.Name).ShouldBe(Topics.All.Select(topic => topic.Name));
        topics.Single(topic => topic.Name == "track-events").Partitions.Count.ShouldBe(12);
        topics.ShouldAllBe(topic => topic.Records == 0);
    }

    [Fact]
    public async Task Every_subject_is_held_to_FULL_TRANSITIVE_and_another_level_is_told_and_mended()
    {
        await using var broker = await TestMachine.StartBrokerAsync(TestFolder.Next("kafka"));
        await using var host = await TestHost.CreateAsync(new(broker.BootstrapServers, broker.RegistryAddress));
        var (admin, registry) = (host.Services.GetTopicAdmin(), host.Services.GetRequiredService<SchemaRegistryClient>());

        await admin.ApplyAsync(default);
        foreach (var topic in Topics.All)
            (await registry.FindLevelAsync(topic.Subject, default)).ShouldBe("FULL_TRANSITIVE");

        await registry.SetLevelAsync(Topics.Conversions.Subject, "BACKWARD", default);
        (await admin.DiffAsync(default)).ShouldBe([new TopicDrift("conversions", "compatibility", "FULL_TRANSITIVE", "BACKWARD")]);
        (await admin.ApplyAsync(default)).Count.ShouldBe(1);
        (await admin.DiffAsync(default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_is_a_dependency_away()
    {
        await using var host = await TestHost.CreateAsync(new($"127.0.0.1:{FreePorts.Next()}", new("http://127.0.0.1:1")));

        (await Should.ThrowAsync<DependencyAwayException>(() => host.Services.GetTopicAdmin().DiffAsync(default))).Dependency.ShouldBe("kafka");
    }
}

internal static class TopicAdminServices
{
    public static TopicAdmin GetTopicAdmin(this IServiceProvider services) => services.GetRequiredService<TopicAdmin>();
}
