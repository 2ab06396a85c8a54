using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Access;

namespace TrackHub.LocalKafka.Tests.Access;

public sealed class PasswordFilesTests : IDisposable
{
    private const string Former = "former-password-0";
    private const string Next = "next-password-111";

    private readonly ManualClock _clock = new();
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_user_is_known_by_its_own_password_alone()
    {
        var users = Open(Former);

        Knows(users, Former).ShouldBeTrue();
        Knows(users, Next).ShouldBeFalse();
        Knows(users, "").ShouldBeFalse();
        users.Know("APP", Encoding.UTF8.GetBytes(Former)).ShouldBeFalse();
        users.Know("", Encoding.UTF8.GetBytes(Former)).ShouldBeFalse();
    }

    [Fact]
    public void Two_lines_are_two_passwords_and_a_removed_one_ends_within_a_second()
    {
        var users = Open(Former);

        Write($"{Next}\r\n{Former}\n");
        Knows(users, Next).ShouldBeTrue();
        Knows(users, Former).ShouldBeTrue();

        Write(Next);
        Knows(users, Next).ShouldBeTrue();
        Knows(users, Former).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData(null)]
    public void A_file_that_cannot_be_used_leaves_the_former_password(string? content)
    {
        var users = Open(Former);

        if (content is null)
            File.Delete(_path);
        else
            File.WriteAllText(_path, content);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Knows(users, Former).ShouldBeTrue();
        Knows(users, content ?? "").ShouldBeFalse();
    }

    [Theory]
    [InlineData("fifteen-bytes-0", "password of 15 bytes; 16 to 1024")]
    [InlineData("", "is empty")]
    [InlineData("\n\n", "is empty")]
    public void A_faulty_file_is_named_with_limit_and_remedy_but_without_its_password(string content, string fault)
    {
        File.WriteAllText(_path, content);

        var said = PasswordFiles.FaultsOf(Paths("app")).ShouldHaveSingleItem();

        said.ShouldContain("Users:app");
        said.ShouldContain(_path);
        said.ShouldContain(fault);
        said.ShouldContain("openssl rand");
        if (content.Trim().Length > 0)
            said.ShouldNotContain(content);
    }

    [Fact]
    public void Nobody_a_missing_file_and_an_impossible_name_are_faults()
    {
        PasswordFiles.FaultsOf(new Dictionary<string, string>()).ShouldHaveSingleItem().ShouldContain("Users is empty");
        PasswordFiles.FaultsOf(new Dictionary<string, string> { ["app"] = "/nowhere/password" }).ShouldHaveSingleItem().ShouldContain("/nowhere/password");
        PasswordFiles.FaultsOf(Paths("a:b")).ShouldHaveSingleItem().ShouldContain("colon");
    }

    private PasswordFiles Open(string content)
    {
        File.WriteAllText(_path, content);
        return new PasswordFiles(Paths("app"), _clock, NullLogger.Instance);
    }

    private void Write(string content)
    {
        File.WriteAllText(_path, content);
        _clock.Advance(TimeSpan.FromSeconds(1));
    }

    private Dictionary<string, string> Paths(string user) => new() { [user] = _path };

    private static bool Knows(PasswordFiles users, string password) => users.Know("app", Encoding.UTF8.GetBytes(password));
}
