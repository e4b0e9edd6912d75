using RaftActors.Membership;

namespace RaftActors.Tests.Membership;

public sealed class FoundingSpec
{
    private readonly Configuration _initial =
        Configuration.Of([new Member("a", "host:1"), new Member("b", "host:2"), new Member("c", "host:3")]);

    [Fact]
    public void A_peer_asks_until_all_others_have_answered_that_they_are_empty()
    {
        var founding = Founding();
        long round = founding.Ask();
        Assert.Equal(FoundingState.Asking, founding.State);

        founding.Answered("b", round, Empty("store-b"));
        Assert.Equal(FoundingState.Asking, founding.State);
        Assert.Equal("c", Assert.Single(founding.Missing()).Id);

        founding.Answered("c", round, Empty("store-c"));
        Assert.Equal(FoundingState.AllEmpty, founding.State);
    }

    [Fact]
    public void The_only_voter_needs_no_answer()
    {
        var founding = new Founding(Configuration.Of([new Member("a", "host:1")]), "a", "store-a", 100, false);

        founding.Ask();

        Assert.Equal(FoundingState.AllEmpty, founding.State);
    }

    [Fact]
    public void What_would_be_founded_binds_all_members_to_the_stores_that_answered()
    {
        var founding = AllEmpty();

        Assert.True(founding.Proposed.Counts("a", "store-a"));
        Assert.True(founding.Proposed.Counts("b", "store-b"));
        Assert.True(founding.Proposed.Counts("c", "store-c"));
    }

    [Fact]
    public void One_voter_with_a_log_prevents_founding()
    {
        var founding = AllEmpty();

        founding.Answered("c", founding.Ask(), new FoundingAnswer("store-c", false, "", 1));

        Assert.Equal(FoundingState.NotRecognised, founding.State);
    }

    [Fact]
    public void A_configuration_that_names_this_store_recognises_it()
    {
        var founding = Founding();

        founding.Answered("c", founding.Ask(), new FoundingAnswer("store-c", false, "store-a", 1));

        Assert.Equal(FoundingState.Recognised, founding.State);
    }

    [Fact]
    public void A_configuration_that_names_another_store_does_not()
    {
        var founding = Founding();

        founding.Answered("c", founding.Ask(), new FoundingAnswer("store-c", false, "lost-disk", 1));

        Assert.Equal(FoundingState.NotRecognised, founding.State);
    }

    [Fact]
    public void A_store_that_is_gone_does_not_return_by_a_late_answer()
    {
        var founding = Founding();
        long early = founding.Ask();
        long late = founding.Ask();

        founding.Answered("b", late, Empty("new-disk"));
        founding.Answered("b", early, Empty("old-disk"));

        Assert.True(founding.Proposed.Counts("b", "new-disk"));
    }

    [Fact]
    public void An_answer_to_a_question_of_an_earlier_start_does_not_count()
    {
        var founding = Founding();
        long round = founding.Ask();

        founding.Answered("b", round + 1, Empty("store-b"));
        founding.Answered("c", 5, Empty("store-c"));

        Assert.Equal(FoundingState.Asking, founding.State);
        Assert.Equal(_initial.Binding("a", "store-a"), founding.Proposed);
    }

    [Fact]
    public void Nobody_outside_the_configured_voters_is_listened_to()
    {
        var founding = Founding();
        long round = founding.Ask();

        founding.Answered("b", round, Empty("store-b"));
        founding.Answered("stranger", round, Empty("store-c"));

        Assert.Equal(FoundingState.Asking, founding.State);
    }

    [Fact]
    public void The_operators_word_stands_in_for_voters_that_do_not_answer_if_a_majority_does()
    {
        var founding = Founding(operatorSaysFound: true);
        for (int i = 0; i < 5; i++)
            founding.Ask();
        Assert.Equal(FoundingState.Asking, founding.State);

        founding.Answered("b", founding.Round, Empty("store-b"));

        Assert.Equal(FoundingState.AllEmpty, founding.State);
        Assert.False(founding.Proposed.Find("c")!.IsBound);
    }

    [Fact]
    public void The_operators_word_does_not_stand_against_a_voter_with_a_log()
    {
        var founding = Founding(operatorSaysFound: true);
        for (int i = 0; i < 5; i++)
            founding.Ask();

        founding.Answered("b", founding.Round, new FoundingAnswer("store-b", false, "lost-disk", 1));

        Assert.Equal(FoundingState.NotRecognised, founding.State);
    }

    [Fact]
    public void The_highest_term_among_the_answers_is_known()
    {
        var founding = Founding();
        long round = founding.Ask();

        founding.Answered("b", round, new FoundingAnswer("store-b", true, "", 7));
        founding.Answered("c", round, new FoundingAnswer("store-c", true, "", 3));

        Assert.Equal(7, founding.HighestTerm);
    }

    private Founding Founding(bool operatorSaysFound = false) => new(_initial, "a", "store-a", 100, operatorSaysFound);

    private Founding AllEmpty()
    {
        var founding = Founding();
        long round = founding.Ask();
        founding.Answered("b", round, Empty("store-b"));
        founding.Answered("c", round, Empty("store-c"));
        return founding;
    }

    private static FoundingAnswer Empty(string storeId) => new(storeId, true, "", 0);
}
