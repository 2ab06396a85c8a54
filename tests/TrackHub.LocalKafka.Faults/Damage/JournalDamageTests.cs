using System.Buffers.Binary;
using Confluent.Kafka;
using TrackHub.LocalKafka.Faults.Lab;

namespace TrackHub.LocalKafka.Faults.Damage;

/// <summary>Journals hold what cannot be made again: damage in their midst stops the start, in words that help; a torn end is cut.</summary>
public sealed class JournalDamageTests(SoundLog sound) : IClassFixture<SoundLog>
{
    [Theory]
    [InlineData("catalog.journal")]
    [InlineData("groups.journal")]
    public async Task Damage_in_the_midst_of_a_journal_stops_the_start_and_says_what_to_do(string name)
    {
        var random = new Random(Form.Seed);
        for (var round = 0; round < (Form.IsFull ? 300 : 30); round++)
        {
            var directory = sound.Copy();
            var path = Path.Combine(directory, name);
            var bytes = File.ReadAllBytes(path);
            var entries = Entries(bytes);
            var position = random.Next(entries[^1].Start);
            bytes[position] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bytes);
            using var lines = new Lines();

            var fault = await Should.ThrowAsync<InvalidDataException>(() => SoundLog.StartAsync(directory, lines), $"bit flipped at {position} of {name}");

            var damaged = entries.Last(entry => entry.Start <= position);
            fault.Message.ShouldContain(path);
            fault.Message.ShouldContain($"position {damaged.Start}");
            fault.Message.ShouldContain("restore it from a copy");
            fault.Message.ShouldContain($"truncate --size {damaged.Start} ");
            File.ReadAllBytes(path).ShouldBe(bytes, "nothing is lost that a better tool may read");
        }
    }

    [Fact]
    public async Task A_torn_end_of_a_journal_is_cut_and_the_entries_before_it_count()
    {
        var random = new Random(Form.Seed);
        for (var round = 0; round < (Form.IsFull ? 50 : 5); round++)
        {
            var directory = sound.Copy();
            var path = Path.Combine(directory, "groups.journal");
            var bytes = File.ReadAllBytes(path);
            var last = Entries(bytes)[^1];
            File.WriteAllBytes(path, bytes[..random.Next(last.Start + 1, bytes.Length)]);
            using var lines = new Lines();

            await using var broker = await SoundLog.StartAsync(directory, lines);

            lines.All.ShouldContain(line => line.Contains(path) && line.Contains($"position {last.Start}"));
            Committed(broker.BootstrapServers).ShouldBe([1, 2, 3, 4, Offset.Unset.Value]);
        }
    }

    private static List<long> Committed(string bootstrapServers) => [.. Enumerable.Range(0, 5).Select(i =>
    {
        using var consumer = new Clients(bootstrapServers).Consumer(SoundLog.GroupOf(i));
        return consumer.Committed([new TopicPartition(SoundLog.Topic, 0)], TimeSpan.FromSeconds(30)).Single().Offset.Value;
    })];

    private static List<(int Start, int End)> Entries(byte[] journal)
    {
        var entries = new List<(int, int)>();
        for (var position = 0; position < journal.Length;)
        {
            var end = position + 8 + BinaryPrimitives.ReadInt32BigEndian(journal.AsSpan(position));
            entries.Add((position, end));
            position = end;
        }

        return entries;
    }
}
