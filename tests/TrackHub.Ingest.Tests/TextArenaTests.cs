using TrackHub.Ingest.Tracking;

namespace TrackHub.Ingest.Tests;

public sealed class TextArenaTests
{
    // Nobody else rents so much: what lies in it afterwards is what was given back.
    private const int Large = 1 << 22;

    [Fact]
    public void What_was_written_is_gone_when_the_arena_is_given_back_kept_or_not()
    {
        var arena = new TextArena(Large);
        var kept = Write(ref arena, "ana@example.com");
        kept = arena.Keep(kept, 3);
        var unkept = Write(ref arena, "5511987654321");

        arena.Dispose();

        kept.Span.ContainsAnyExcept('\0').ShouldBeFalse();
        unkept.Span.ContainsAnyExcept('\0').ShouldBeFalse();
    }

    [Fact]
    public void Texts_lie_behind_each_other_and_room_that_was_not_kept_is_given_again()
    {
        var arena = new TextArena(Large);
        var first = arena.Keep(Write(ref arena, "abc"), 2);
        Write(ref arena, "unkept");

        var second = arena.Keep(Write(ref arena, "de"), 2);

        (first.ToString(), second.ToString()).ShouldBe(("ab", "de"));
        arena.Dispose();
    }

    [Fact]
    public void A_text_that_does_not_fit_takes_an_array_of_its_own()
    {
        var arena = new TextArena(16);
        var large = arena.Keep(Write(ref arena, new string('x', 1 << 16)), 1 << 16);

        var small = arena.Keep(Write(ref arena, "a"), 1);
        arena.Dispose();

        large.ToString().ShouldBe(new string('x', 1 << 16));
        small.Length.ShouldBe(1);
    }

    private static ReadOnlyMemory<char> Write(ref TextArena arena, string text)
    {
        var room = arena.Room(text.Length);
        text.CopyTo(room.Span);
        return room;
    }
}
