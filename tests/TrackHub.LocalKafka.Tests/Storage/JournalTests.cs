using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Storage;

public sealed class JournalTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("journal-").FullName;
    private readonly StorageSettings _settings = new();

    private string JournalPath => Path.Combine(_directory, "test.journal");

    public void Dispose()
    {
        _settings.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Entries_come_back_in_order_and_a_torn_tail_is_cut_at_any_byte()
    {
        Write("one", "two", "three");
        var whole = File.ReadAllBytes(JournalPath);
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(JournalPath, whole[..length]);

            var expected = length == whole.Length ? ["one", "two", "three"]
                : length >= 22 ? ["one", "two"]
                : length >= 11 ? ["one"]
                : Array.Empty<string>();
            Write("more").ShouldBe(expected);
            Write().ShouldBe([.. expected, "more"]);
        }
    }

    [Fact]
    public void Damage_with_entries_behind_it_stops_the_start_instead_of_losing_them()
    {
        Write("one", "two");
        var bytes = File.ReadAllBytes(JournalPath);
        bytes[9] ^= 1;
        File.WriteAllBytes(JournalPath, bytes);

        Should.Throw<InvalidDataException>(() => Write());
        File.ReadAllBytes(JournalPath).ShouldBe(bytes);
    }

    [Fact]
    public void A_rewrite_replaces_everything_and_takes_further_entries()
    {
        using (var journal = Journal.Open(JournalPath, static _ => { }, NullLogger.Instance, _settings))
        {
            journal.Append("old"u8);
            journal.Rewrite(["kept"u8.ToArray()]);
            journal.Append("new"u8);
        }

        Write().ShouldBe(["kept", "new"]);
    }

    private List<string> Write(params string[] entries)
    {
        var replayed = new List<string>();
        using var journal = Journal.Open(JournalPath, payload => replayed.Add(Encoding.UTF8.GetString(payload.Span)), NullLogger.Instance, _settings);
        foreach (var entry in entries)
            journal.Append(Encoding.UTF8.GetBytes(entry));
        return replayed;
    }
}
