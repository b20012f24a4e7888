"""How a reader is told what we took out of a file, and staff why there is no copy of one."""

from tipline.languages import N_
from tipline.scrub.found import Kind, WhySealed

REMOVED = {
    Kind.PLACE: N_("where it was taken"),
    Kind.TIME: N_("when it was made or changed"),
    Kind.DEVICE: N_("the camera, phone or computer it came from"),
    Kind.SERIAL: N_("serial numbers and notes of the camera"),
    Kind.AUTHOR: N_("names of the people who made or changed it"),
    Kind.NAME: N_("its title and names of other files"),
    Kind.COMMENT: N_("descriptions, keywords and comments hidden in it"),
    Kind.SOFTWARE: N_("the programs it was made with"),
    Kind.XMP: N_("notes that programs leave in it (XMP)"),
    Kind.THUMBNAIL: N_("small preview pictures"),
    Kind.PROFILE: N_("the color profile of the screen or camera"),
    Kind.REVISIONS: N_("earlier wording and the history of changes"),
    Kind.ATTACHMENTS: N_("other files packed inside it"),
    Kind.SCRIPTS: N_("scripts and things that start by themselves"),
    Kind.LINKS: N_("links to files on a computer or to other sites’ pictures"),
    Kind.COVER: N_("the cover picture"),
    Kind.TRACKS: N_("tracks beside sound and picture, such as a record of places"),
}
WHY_SEALED = {
    WhySealed.DAMAGED: N_("It is damaged, or not quite what it seems to be, so we could not clean it."),
    WhySealed.LOCKED: N_("It is locked with a password, so we could not clean it."),
    WhySealed.TOO_BIG: N_("It unpacks to more than we can clean."),
    WhySealed.TOO_SLOW: N_("It took too long to clean."),
    WhySealed.UNKNOWN: N_("It holds something that we do not know how to clean."),
    WhySealed.INFECTED: N_("The virus scanner found something in it."),
    WhySealed.UNCHECKED: N_("It is too large for the virus scanner."),
}
