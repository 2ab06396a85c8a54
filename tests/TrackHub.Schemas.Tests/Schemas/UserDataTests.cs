namespace TrackHub.Schemas.Tests.Schemas;

public sealed class UserDataTests
{
    [Fact]
    public void User_data_is_not_in_its_text() =>
        new UserData { Em = ["hash"], Fbp = "fb.1.1.1" }.ToString().ShouldBe("UserData { sealed }");
}
