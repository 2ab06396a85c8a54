using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Platform.Tests.Identity;

public sealed class SealerTests
{
    private static readonly KeyRef Today = KeyRef.Day(TestBrand.Now);
    private readonly Sealer _sealer = new(TestBrand.Ring());

    [Fact]
    public void What_was_sealed_opens_again_for_the_same_tenant_and_purpose_only() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), clear =>
        {
            foreach (var key in new[] { Today, KeyRef.Window })
            {
                var box = _sealer.Seal("ten_one", SealPurpose.Window, clear, key);

                _sealer.Open("ten_one", SealPurpose.Window, box).ShouldBe(clear);
                Should.Throw<AuthenticationTagMismatchException>(() => _sealer.Open("ten_two", SealPurpose.Window, box));
                Should.Throw<AuthenticationTagMismatchException>(() => _sealer.Open("ten_one", SealPurpose.UserData, box));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_changed_byte_is_noticed()
    {
        var box = _sealer.Seal("ten_one", SealPurpose.UserData, "dados"u8, Today);

        for (var i = 0; i < box.Box.Length; i++)
        {
            var changed = box.Box.ToArray();
            changed[i] ^= 1;
            Should.Throw<AuthenticationTagMismatchException>(() => _sealer.Open("ten_one", SealPurpose.UserData, box with { Box = changed }));
        }
    }

    [Fact]
    public void Box_is_nonce_ciphertext_and_tag_under_its_key_id()
    {
        var box = _sealer.Seal("ten_one", SealPurpose.UserData, new byte[100], Today);

        box.KeyId.ShouldBe("day/2026-11-22");
        box.Box.Length.ShouldBe(12 + 100 + 16);
    }

    [Fact]
    public void Equal_text_is_sealed_differently_each_time() =>
        Enumerable.Range(0, 50).Select(_ => Convert.ToHexString(_sealer.Seal("ten_one", SealPurpose.UserData, "x"u8, Today).Box)).ShouldBeUnique();

    [Theory]
    [InlineData(0)]
    [InlineData(27)]
    public void Box_too_short_to_be_one_is_refused(int length) =>
        Should.Throw<CryptographicException>(() => _sealer.Open("ten_one", SealPurpose.UserData, new SealedBox { KeyId = Today.Id, Box = new byte[length] }));

    [Theory]
    [InlineData("day/2026-11-23")]
    [InlineData("day/tomorrow")]
    [InlineData("window/2")]
    [InlineData("")]
    public void Key_that_does_not_exist_is_gone(string keyId)
    {
        var box = _sealer.Seal("ten_one", SealPurpose.UserData, "x"u8, Today);

        Should.Throw<KeyGoneException>(() => _sealer.Open("ten_one", SealPurpose.UserData, box with { KeyId = keyId })).Key.Id.ShouldBe(keyId);
    }

    [Fact]
    public void Day_that_leaves_the_ring_is_shredded_although_its_key_was_used()
    {
        var ring = TestBrand.Ring();
        var sealer = new Sealer(ring);
        var box = sealer.Seal("ten_one", SealPurpose.UserData, "x"u8, Today);

        ring.Publish([], []);

        Should.Throw<KeyGoneException>(() => sealer.Open("ten_one", SealPurpose.UserData, box));
    }

    [Fact]
    public void System_tenant_has_day_keys_and_no_window_key()
    {
        var box = _sealer.Seal(Sealer.SystemTenant, SealPurpose.DeadLetter, "x"u8, Today);

        _sealer.Open(Sealer.SystemTenant, SealPurpose.DeadLetter, box).ShouldBe("x"u8.ToArray());
        Should.Throw<KeyGoneException>(() => _sealer.Seal(Sealer.SystemTenant, SealPurpose.Window, "x"u8, KeyRef.Window));
    }

    [Fact]
    public void User_data_comes_back_whole()
    {
        var data = new UserData { Em = ["a", "b"], Fbp = "fb.1.1596403881668.1", ClientUserAgent = "é" };

        _sealer.OpenUserData("ten_one", _sealer.SealUserData("ten_one", data, TestBrand.Now)).ShouldBe(data);
    }

    // Frozen: boxes written by a former build must open. Derivation: HKDF-SHA256, info "trackhub day key v1" and tenant, length-prefixed.
    [Fact]
    public void Box_sealed_by_independent_code_opens()
    {
        var info = Prefixed("trackhub day key v1", "ten_one");
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, Enumerable.Repeat((byte)1, 32).ToArray(), 32, salt: null, info);
        var (nonce, cipher, tag) = (new byte[12], new byte[5], new byte[16]);
        using (var aes = new AesGcm(key, 16))
            aes.Encrypt(nonce, "dados"u8, cipher, tag, Prefixed("ten_one", "user_data", "day/2026-11-22"));

        _sealer.Open("ten_one", SealPurpose.UserData, new SealedBox { KeyId = "day/2026-11-22", Box = [.. nonce, .. cipher, .. tag] })
            .ShouldBe("dados"u8.ToArray());
    }

    [Fact]
    public async Task Many_threads_seal_and_open_at_once()
    {
        var work = Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var clear = BitConverter.GetBytes((worker * 10_000) + i);
                var box = _sealer.Seal("ten_one", SealPurpose.UserData, clear, Today);
                _sealer.Open("ten_one", SealPurpose.UserData, box).ShouldBe(clear);
            }
        }));

        await Task.WhenAll(work);
    }

    private static byte[] Prefixed(params string[] parts) =>
        [.. parts.SelectMany(static part => (byte[])[0, 0, 0, (byte)part.Length, .. System.Text.Encoding.ASCII.GetBytes(part)])];
}
