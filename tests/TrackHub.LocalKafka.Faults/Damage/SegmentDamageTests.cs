using TrackHub.LocalKafka.Faults.Checking;
using TrackHub.LocalKafka.Faults.Lab;
using Xunit.Abstractions;

namespace TrackHub.LocalKafka.Faults.Damage;

/// <summary>Files are damaged while the broker is down: it says where, and serves all that is sound.</summary>
public sealed class SegmentDamageTests(SoundLog sound, ITestOutputHelper output) : IClassFixture<SoundLog>
{
    [Fact]
    public async Task Damage_anywhere_in_a_segment_is_reported_and_costs_the_batches_it_hit()
    {
        output.WriteLine($"TRACKHUB_TEST_SEED={Form.Seed}");
        var random = new Random(Form.Seed);
        for (var round = 0; round < (Form.IsFull ? 300 : 25); round++)
        {
            var directory = sound.Copy();
            var segments = SoundLog.Segments(directory);
            var (partition, path) = segments[random.Next(segments.Count)];
            var batches = SoundLog.Batches(path);
            var blow = Blow.Strike(path, random);
            var wasKilled = random.Next(2) == 0;
            if (wasKilled)
                SoundLog.ForgetCleanStop(directory);

            output.WriteLine($"round {round}: {blow}{(wasKilled ? ", of a broker that was killed" : "")}");
            var hit = batches.Where(blow.Hit).ToList();
            using var lines = new Lines();
            var stored = await ReadAsync(directory, lines);

            Reported(lines, blow, hit);
            bool IsExcused(int where, long offset) => where == partition && hit.Exists(batch => batch.FirstOffset <= offset && offset <= batch.LastOffset);
            var expected = sound.Sent.Select(sent => sent with { Acked = [.. sent.Acked.Select((offset, n) => IsExcused(n % SoundLog.Partitions, offset) ? -1 : offset)] });
            var evidence = Evidence.OfLog(SoundLog.Partitions, [.. expected], stored);
            Checkers.Kept(evidence).Concat(Checkers.Once(evidence)).Concat(Checkers.NotInvented(evidence)).Concat(Checkers.InOrder(evidence))
                .ShouldBeEmpty($"round {round}, {blow}, killed: {wasKilled}");
        }
    }

    [Fact]
    public async Task What_is_not_record_or_journal_is_made_again_when_it_is_damaged_or_gone()
    {
        var random = new Random(Form.Seed);
        for (var round = 0; round < (Form.IsFull ? 100 : 6); round++)
        {
            var directory = sound.Copy();
            var derived = Directory.GetFiles(directory, "*", SearchOption.AllDirectories)
                .Where(static path => !path.EndsWith(".log", StringComparison.Ordinal) && !path.EndsWith(".journal", StringComparison.Ordinal))
                .Where(static path => new FileInfo(path).Length > 0)
                .ToList();
            var blows = derived.Where(_ => random.Next(2) == 0).Select(path => Blow.Strike(path, random)).ToList();
            foreach (var gone in derived.Except(blows.Select(static blow => blow.Path)).Where(_ => random.Next(2) == 0))
                File.Delete(gone);

            using var lines = new Lines();
            var evidence = Evidence.OfLog(SoundLog.Partitions, sound.Sent, await ReadAsync(directory, lines));

            Checkers.Kept(evidence).Concat(Checkers.Once(evidence)).Concat(Checkers.NotInvented(evidence)).ShouldBeEmpty($"round {round}: {string.Join("; ", blows)}");
        }
    }

    private static void Reported(Lines lines, Blow blow, List<BatchPlace> hit)
    {
        // A file that ends between two batches is as sound as one that had no more.
        if (blow.Kind == "ends early" && hit[0].Start == blow.Start)
            return;

        lines.All.ShouldContain(line => line.Contains(blow.Path) && line.Contains($"{hit[0].Start}"), $"{blow} hit {hit[0]}: {string.Join('\n', lines.All)}");
    }

    private static async Task<IReadOnlyList<StoredRecord>> ReadAsync(string directory, Lines lines)
    {
        await using var broker = await SoundLog.StartAsync(directory, lines);
        var reading = new LogReading(new Clients(broker.BootstrapServers), SoundLog.Topic, SoundLog.Partitions);
        return await reading.ReadAsync(await reading.BoundsAsync());
    }
}
