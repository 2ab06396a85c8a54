using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Streams;

public sealed class DeadLettersTests
{
    [Fact]
    public async Task Undecodable_records_are_kept_sealed_and_their_neighbours_decoded()
    {
        await using var host = await TestHost.CreateAsync();
        host.Services.GetRequiredService<KeyRing>().Publish([new(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), RandomNumberGenerator.GetBytes(32))], []);
        await host.Services.GetTopicAdmin().ApplyAsync(default);
        var topic = await TestMachine.CreateTopicAsync(Topics.DeadLetters, partitions: 1);
        var good = StreamTest.Letters(topic, 2);
        var value = await host.Codec.EncodeAsync(topic, StreamTest.Letter(9), default);
        byte[]?[] poison = [null, [1, 2, 3], [0, 0x7f, 0xff, 0xff, 0xff, 1], value[..^1], [.. value, 0]];
        await host.Producer.ProduceAllAsync(
            [good[0], .. poison.Select(bytes => OutgoingRecord.Copy(topic, new() { Coordinates = default, Timestamp = default, Key = "poison"u8.ToArray(), Value = bytes }, new())), good[1]], default);
        await using var consumer = host.Consumer(topic);
        var records = await consumer.ReadAsync(7);

        var decoded = await host.Services.GetRequiredService<BatchDecoder>().DecodeAsync<DeadLetter>(records, "matcher", default);

        decoded.Select(one => one.Value).ShouldBe([StreamTest.Letter(0), StreamTest.Letter(1)]);
        var letters = await LettersOf(host, topic);
        letters.Select(letter => letter.Reason).ShouldBe(["null_value", "not_wire_format", "schema_unknown", "malformed", "malformed"]);
        letters.Select(letter => letter.SourceOffset).ShouldBe([1L, 2, 3, 4, 5]);
        letters.ShouldAllBe(letter => letter.Stage == "matcher" && letter.SourcePartition == 0);
        letters[0].Original.ShouldBeNull();
        var sealer = host.Services.GetRequiredService<Sealer>();
        letters.Skip(1).Select(letter => sealer.Open(Sealer.SystemTenant, SealPurpose.DeadLetter, letter.Original!)).ShouldBe(poison.Skip(1)!);
    }

    [Fact]
    public async Task A_record_too_long_for_a_letter_leaves_its_original_where_it_lies()
    {
        await using var host = await TestHost.CreateAsync();
        host.Services.GetRequiredService<KeyRing>().Publish([new(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), RandomNumberGenerator.GetBytes(32))], []);
        await host.Services.GetTopicAdmin().ApplyAsync(default);
        var source = new StreamRecord
        {
            Coordinates = new($"topic-{Guid.NewGuid():N}", 0, 7),
            Timestamp = DateTimeOffset.UnixEpoch,
            Key = new byte[500_000],
            Value = new byte[1_048_000],
        };

        await host.Services.GetRequiredService<DeadLetters>().WriteAsync(source, "matcher", "malformed", "Not good.", default);

        await using var consumer = host.Consumer(Topics.DeadLetters);
        var letter = await FindAsync(host, consumer, source.Coordinates.Topic);
        (letter.SourceOffset, letter.Original, letter.SourceKey).ShouldBe((7L, null, null));
        letter.Detail.ShouldBe("Not good. The original of 1048000 bytes is too long for a copy; it lies at its source.");
    }

    private static async Task<DeadLetter> FindAsync(TestHost host, RecordConsumer consumer, string topic)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var batch in consumer.BatchesAsync(100, StreamTest.Linger, limit.Token))
        {
            await host.Codec.PrepareAsync(batch, default);
            foreach (var letter in batch.Select(record => host.Codec.Decode<DeadLetter>(record.Value!)).Where(letter => letter.SourceTopic == topic))
                return letter;
        }

        throw new TimeoutException("The letter did not come.");
    }

    [Fact]
    public async Task While_the_registry_is_away_a_record_of_a_schema_not_seen_yet_waits_and_is_no_poison()
    {
        await using var host = await TestHost.CreateAsync(new((await TestMachine.KafkaAsync()).BootstrapServers, new("http://127.0.0.1:1")));
        var record = new StreamRecord { Coordinates = new("topic", 0, 0), Timestamp = DateTimeOffset.UnixEpoch, Value = [0, 0, 0, 0, 42, 1] };

        // With no key to seal with, writing a letter would fail for the directory.
        var failure = await Should.ThrowAsync<DependencyAwayException>(
            () => host.Services.GetRequiredService<BatchDecoder>().DecodeAsync<DeadLetter>([record], "matcher", default));

        failure.Dependency.ShouldBe("schema_registry");
    }

    [Fact]
    public async Task Without_a_key_to_seal_with_nothing_is_written_and_the_batch_waits()
    {
        await using var host = await TestHost.CreateAsync();
        var record = new StreamRecord { Coordinates = new("topic", 0, 0), Timestamp = DateTimeOffset.UnixEpoch, Value = [1] };

        var failure = await Should.ThrowAsync<DependencyAwayException>(
            () => host.Services.GetRequiredService<DeadLetters>().WriteAsync(record, "matcher", "malformed", "", default));

        failure.Dependency.ShouldBe("directory");
    }

    private static async Task<List<DeadLetter>> LettersOf(TestHost host, TopicDefinition source)
    {
        await using var consumer = host.Consumer(Topics.DeadLetters);
        var letters = new List<DeadLetter>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var batch in consumer.BatchesAsync(100, StreamTest.Linger, limit.Token))
        {
            await host.Codec.PrepareAsync(batch, default);
            letters.AddRange(batch.Select(record => host.Codec.Decode<DeadLetter>(record.Value!)).Where(letter => letter.SourceTopic == source.Name));
            if (letters.Count == 5)
                break;
        }

        return [.. letters.OrderBy(letter => letter.SourceOffset)];
    }
}
